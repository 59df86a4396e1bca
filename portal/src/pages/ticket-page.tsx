import type { Tag } from "@millwright/shared/domain/model";
import { isStaff, mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow, AssetRow, CommentRow, ModelRow, TicketRow, UserRow } from "../read/rows.ts";
import { AlarmLife } from "../views/alarm.tsx";
import { Page, type View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { Empty, Facts, Panel, Time } from "../views/parts.tsx";
import {
  alarmState,
  PRIORITY_WORDS,
  PriorityMark,
  STAGES,
  TicketSign,
  ticketWord,
} from "../views/status.tsx";
import { Chart } from "./chart-panel.tsx";
import type { FormState } from "./form.ts";
import { Assign, Composer, DISPOSITIONS, Move } from "./ticket-forms.tsx";

/** Evidence around the first alarm. */
const EVIDENCE_MS = 2 * 3_600_000;

export type TicketProps = {
  view: View;
  ticket: TicketRow;
  comments: CommentRow[];
  alarms: AlarmRow[];
  machine: { asset: AssetRow; model: ModelRow; since: number } | null;
  tags: Tag[];
  staff: UserRow[];
  others: TicketRow[];
  forms: { comment: FormState; move: FormState };
};

export function TicketPage(props: TicketProps) {
  const { view, ticket, comments, alarms, machine } = props;
  const staff = isStaff(view.viewer);
  return (
    <Page
      view={view}
      title={`T-${ticket.number} ${ticket.title}`}
      live={machine ? [machine.asset.id] : []}
      chart={evidenceTime(alarms) !== null && machine !== null}
    >
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.tickets()}>Tickets</a>
            <span>/</span>
            <span class="m">T-{ticket.number}</span>
          </nav>
          <h1>{readable(ticket.title)}</h1>
          <p class="sm">
            {machine ? <a href={paths.asset(machine.asset.id)}>{ticket.assetName}</a> : ticket.assetName}
            {ticket.siteName ? `, ${ticket.siteName}` : ""} · {ticket.customerName} · opened{" "}
            <Time at={ticket.openedAt} reading={view} />
            {ticket.reopenedCount
              ? ` · reopened ${ticket.reopenedCount === 1 ? "once" : `${ticket.reopenedCount} times`}`
              : ""}
          </p>
        </div>
      </div>
      <Track {...props} />
      <div class="grid g-main">
        <div class="col">
          <Evidence {...props} />
          <Panel id="about" title="What happened">
            <div class="in desc">{readable(ticket.description)}</div>
          </Panel>
          <section class="pan" aria-labelledby="h-thread">
            <header>
              <h2 id="h-thread">Conversation</h2>
            </header>
            <ol data-region="thread">
              {comments.map((comment) => (
                <Message comment={comment} view={view} />
              ))}
            </ol>
            {comments.length ? null : (
              <Empty>
                <p>Nobody has written yet.</p>
              </Empty>
            )}
            {mayWrite(view.viewer) ? (
              <Composer ticket={ticket} staff={staff} state={props.forms.comment} />
            ) : null}
          </section>
        </div>
        <div class="col">
          <Details {...props} />
          {staff ? <Move ticket={ticket} others={props.others} state={props.forms.move} /> : null}
          <Panel id="alarms" title="Alarms in this ticket" region>
            {alarms.length ? (
              <ul>
                {alarms.map((alarm) => (
                  <li class={`row alarm-in-ticket ${alarmState(alarm).class}`}>
                    <PriorityMark priority={alarm.priority} />
                    <div>
                      {readable(alarm.summary)}
                      <div class="l2">
                        <AlarmLife alarm={alarm} view={view} />
                      </div>
                    </div>
                  </li>
                ))}
              </ul>
            ) : (
              <Empty>
                <p>No alarm belongs to it: it was raised by a person.</p>
              </Empty>
            )}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

/** Where it stands. A waiting or ended-otherwise ticket shows its word, and the track no current stage. */
function Track({ ticket, view }: TicketProps) {
  const at = STAGES.indexOf(ticket.state);
  const customer = !isStaff(view.viewer);
  return (
    <div data-region="track">
      {at < 0 ? (
        <p class="strip-note">
          <TicketSign state={ticket.state} forCustomer={customer} />
        </p>
      ) : null}
      <ol class="stg" aria-label="Stage">
        {STAGES.map((stage, i) => (
          <li class={i === at ? "n" : i < at ? "d" : ""} aria-current={i === at ? "step" : undefined}>
            <span>{ticketWord(stage, customer)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function evidenceTime(alarms: readonly AlarmRow[]): number | null {
  return alarms.length ? Math.min(...alarms.map((alarm) => alarm.onset)) : null;
}

function Evidence({ view, alarms, machine, tags, ticket }: TicketProps) {
  const at = evidenceTime(alarms);
  if (at === null || !machine || !tags.length) return null;
  const from = Math.max(at - EVIDENCE_MS, machine.since);
  const to = Math.min(at + EVIDENCE_MS, Math.max(view.now, at + 60_000));
  const near = alarms.filter((alarm) => alarm.onset < to && (alarm.clearedAt ?? to) > from);
  return (
    <Panel
      id="evidence"
      title="Evidence"
      aside={
        <a
          class="btn s"
          href={paths.asset(machine.asset.id, { from, to, tags: tags.map((tag) => tag.key).join(",") })}
        >
          Open on the machine<span class="vh">'s page, for T-{ticket.number}</span>
        </a>
      }
    >
      <Chart
        view={view}
        assetId={machine.asset.id}
        model={machine.model}
        tags={tags}
        alarms={near}
        mark={at}
        span={{ range: null, from, to, title: "Two hours before and after the alarm" }}
      />
    </Panel>
  );
}

function Details({ view, ticket, staff }: TicketProps) {
  const customer = !isStaff(view.viewer);
  return (
    <Panel id="details" title="Details" region>
      <div class="in">
        <Facts
          items={[
            [
              "Priority",
              <span class="st">
                {PRIORITY_WORDS[ticket.priority]} <PriorityMark priority={ticket.priority} />
              </span>,
            ],
            ["Stage", <TicketSign state={ticket.state} forCustomer={customer} />],
            ["Owner", ownerWords(ticket, customer)],
            ticket.serialNumber ? ["Serial number", <span class="m">{ticket.serialNumber}</span>] : null,
            ticket.failureMode ? ["Failure mode", ticket.failureMode] : null,
            ["Changed", <Time at={ticket.updatedAt} reading={view} />],
            ticket.disposition ? ["It was", DISPOSITIONS[ticket.disposition]] : null,
            ticket.resolution ? ["Found and done", <span class="desc">{ticket.resolution}</span>] : null,
          ]}
        />
        {customer ? null : <Assign ticket={ticket} staff={staff} me={view.viewer.id} />}
      </div>
    </Panel>
  );
}

/** A customer reads that somebody has it; the names of the maker's staff are in what they write. */
function ownerWords(ticket: TicketRow, customer: boolean): string {
  if (ticket.assigneeId === null) return "Nobody yet";
  return customer ? "A field engineer" : (ticket.assignee ?? "Somebody who left");
}

function Message({ comment, view }: { comment: CommentRow; view: View }) {
  const kind = comment.kind === "internal" ? "int" : comment.kind === "system" ? "sys" : "";
  return (
    <li class={`msg ${kind}`}>
      <div class="who">
        <b class={comment.kind === "system" ? "vh" : ""}>{comment.authorName}</b>
        {comment.kind === "internal" ? <span class="tag">Internal, customer cannot see</span> : null}
        <Time at={comment.at} reading={view} />
      </div>
      <p>{comment.kind === "system" ? readable(comment.text) : comment.text}</p>
    </li>
  );
}
