import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import { Acknowledge, alarmWords } from "../views/alarm.tsx";
import type { View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Time } from "../views/parts.tsx";
import { alarmState, PriorityMark } from "../views/status.tsx";
import { duration } from "../views/time.ts";
import type { Problem } from "./problems.ts";

/** One problem in a list: its ticket's title and the alarm behind it, whose machine, since when, next verb. */
export function ProblemRow({ problem, view, act }: { problem: Problem; view: View; act: boolean }) {
  const { ticket, alarms, waiting } = problem;
  const first = alarms[0];
  const summary = readable(first.summary);
  const title = ticket ? readable(ticket.title) : summary;
  const more = alarms.length - 1;
  const evidence = [
    title === summary ? null : summary,
    more ? `${title === summary ? "" : "and "}${count(more, "more alarm")}` : null,
  ].filter(Boolean);
  const words =
    waiting === 0 || alarms.length === 1
      ? alarmWords(first)
      : `${waiting} of ${alarms.length} not acknowledged`;
  const open = first.ticketId ? paths.ticket(first.ticketId) : paths.asset(first.assetId);
  return (
    <li
      class={`row need ${alarmState({ clearedAt: null, acknowledgedAt: waiting ? null : view.now }).class}`}
      data-row={problem.key}
    >
      <PriorityMark priority={first.priority} />
      <div>
        <div class="l1">
          <a href={open}>{title}</a>
        </div>
        {evidence.length ? <div class="l2">{evidence.join(" ")}</div> : null}
        <div class="l2">
          {isStaff(view.viewer) ? `${first.customerName} · ` : ""}
          {first.siteName ? `${first.siteName} · ` : ""}
          <a href={paths.asset(first.assetId)}>{first.assetName}</a>
        </div>
      </div>
      <div class="l2 since">
        <div class="nw">
          Since <Time at={problem.since} reading={view} /> · {duration(view.now - problem.since)}
        </div>
        <div class="ell" title={words}>
          {words}
        </div>
      </div>
      {act && waiting ? (
        <Acknowledge
          action={first.ticketId ? paths.acknowledgeTicket(first.ticketId) : paths.acknowledge(first.id)}
          of={title}
          next={view.path}
          primary={first.priority <= 2}
        />
      ) : (
        <a class="btn" href={open}>
          {first.ticketNumber === null ? "Open" : `Open T-${first.ticketNumber}`}
        </a>
      )}
    </li>
  );
}
