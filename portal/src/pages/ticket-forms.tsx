import { nextStates } from "@millwright/shared/domain/ticket";
import { paths } from "../paths.ts";
import type { TicketRow, UserRow } from "../read/rows.ts";
import { readable } from "../views/number.ts";
import { Field, FormError, Panel, Select } from "../views/parts.tsx";
import { ticketWord } from "../views/status.tsx";
import type { FormState } from "./form.ts";

export const DISPOSITIONS = {
  real: "A real fault",
  "false-alarm": "A false alarm",
  known: "Known before",
  "customer-caused": "Caused by operation",
} as const;

/** States its audience before it is sent. */
export function Composer({ ticket, staff, state }: { ticket: TicketRow; staff: boolean; state: FormState }) {
  const audience = state.values.audience ?? "customer";
  return (
    <form class="cmp" method="post" action={paths.ticketComments(ticket.id)} data-draft={ticket.id}>
      <FormError text={state.form} />
      <Field
        name="text"
        label={staff ? "Reply" : "Reply to the maker's engineers"}
        error={state.errors.text}
        control={(attributes) => (
          <textarea class="text" {...attributes} required maxlength={10_000} data-key="c">
            {state.values.text}
          </textarea>
        )}
      />
      <div class="f">
        {staff ? (
          <fieldset class="f">
            <legend class="vh">Who can see it</legend>
            <label class="choice">
              <input type="radio" name="audience" value="customer" checked={audience !== "internal"} />
              <span>To {ticket.customerName}</span>
            </label>
            <label class="choice">
              <input type="radio" name="audience" value="internal" checked={audience === "internal"} />
              <span>Internal note, customer cannot see</span>
            </label>
          </fieldset>
        ) : null}
        <button class="btn p" type="submit" data-busy="Sending…">
          Send
        </button>
      </div>
    </form>
  );
}

/** One form for the next stage; what was found is asked for when it is resolved or closed. */
export function Move({
  ticket,
  others,
  state,
}: {
  ticket: TicketRow;
  others: TicketRow[];
  state: FormState;
}) {
  const next = nextStates(ticket.state).filter((to) => to !== "duplicate" || others.length > 0);
  if (!next.length) return null;
  const { values, errors } = state;
  return (
    <Panel id="move" title="Move on">
      <form class="form in" method="post" action={paths.ticketMoves(ticket.id)}>
        <FormError text={state.form} />
        <Field
          name="to"
          label="Stage"
          error={errors.to}
          control={(attributes) => (
            <Select
              attributes={{ ...attributes, "data-reveal": "outcome" }}
              value={values.to}
              options={next.map((to) => ({ value: to, label: ticketWord(to, false) }))}
            />
          )}
        />
        <div class="form" data-when="resolved closed">
          <Field
            name="disposition"
            label="It turned out to be"
            hint="Asked for when the ticket is resolved or closed."
            error={errors.disposition}
            control={(attributes) => (
              <Select
                attributes={attributes}
                none="Not known yet"
                value={values.disposition ?? ticket.disposition ?? undefined}
                options={Object.entries(DISPOSITIONS).map(([value, label]) => ({ value, label }))}
              />
            )}
          />
          <Field
            name="resolution"
            label="Found and done"
            error={errors.resolution}
            control={(attributes) => (
              <textarea class="text" {...attributes} maxlength={10_000}>
                {values.resolution ?? ticket.resolution}
              </textarea>
            )}
          />
        </div>
        {next.includes("duplicate") ? (
          <div data-when="duplicate">
            <Field
              name="duplicateOf"
              label="Duplicate of"
              error={errors.duplicateOf}
              control={(attributes) => (
                <Select
                  attributes={attributes}
                  none="–"
                  value={values.duplicateOf}
                  options={others.map((other) => ({
                    value: other.id,
                    label: `T-${other.number} ${readable(other.title)}`,
                  }))}
                />
              )}
            />
          </div>
        ) : null}
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            Move
          </button>
        </div>
      </form>
    </Panel>
  );
}

/** Taking it on is one press; handing it over is a choice. */
export function Assign({ ticket, staff, me }: { ticket: TicketRow; staff: UserRow[]; me: string }) {
  const action = paths.ticketAssignee(ticket.id);
  return (
    <div class="acts assign">
      {ticket.assigneeId === me ? null : (
        <form method="post" action={action}>
          <button class="btn" name="assignee" value={me} type="submit">
            Claim
          </button>
        </form>
      )}
      <details>
        <summary class="sm">Hand over</summary>
        <form class="acts" method="post" action={action}>
          <Select
            attributes={{ name: "assignee", "aria-label": "Owner" }}
            none="Nobody"
            value={ticket.assigneeId ?? undefined}
            options={staff.map((person) => ({ value: person.id, label: person.name }))}
          />
          <button class="btn" type="submit">
            Save
          </button>
        </form>
      </details>
    </div>
  );
}
