import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import { endOfShift, type ShelfChoice } from "../service-desk/shelf-time.ts";
import { Page, type View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { Field, FormError } from "../views/parts.tsx";
import { PageHead } from "../views/table.tsx";
import { clock, when } from "../views/time.ts";
import { toWall } from "../views/wall-time.ts";
import type { FormState } from "./form.ts";

type Props = { view: View; alarm: AlarmRow; siteZone: string; next: string; state: FormState };

/** A page of its own; with script the same form comes as a dialog over the list. */
export function ShelvePage(props: Props) {
  const { view, alarm } = props;
  return (
    <Page view={view} title="Shelve alarm">
      <PageHead title="Shelve alarm" crumb={{ label: alarm.assetName, href: paths.asset(alarm.assetId) }} />
      <section class="pan" aria-label="Shelve">
        <div class="in" data-dialog-body="">
          <ShelveForm {...props} />
        </div>
      </section>
    </Page>
  );
}

function ShelveForm({ view, alarm, siteZone, next, state }: Props) {
  const shiftEnd = endOfShift(view.now, siteZone);
  const siteClock = clock(shiftEnd, siteZone);
  const atSite = siteClock === clock(shiftEnd, view.zone) ? "" : `, ${siteClock} at the site`;
  const chosen = state.values.until || "1h";
  const until = state.errors.until;
  const choices: [ShelfChoice, string][] = [
    ["1h", `1 hour, until ${when(view.now + 3_600_000, view.now, view.zone)}`],
    ["shift", `End of shift, ${when(shiftEnd, view.now, view.zone)}${atSite}`],
    ...(alarm.clearedAt === null ? ([["once", "Once, until it clears"]] as [ShelfChoice, string][]) : []),
    ["at", "A date and time"],
  ];
  return (
    <form class="form shelve" method="post" action={paths.shelve(alarm.id)}>
      <FormError text={state.form} />
      <input type="hidden" name="next" value={next} />
      <div>
        <p class="l1">{readable(alarm.summary)}</p>
        <p class="l2">
          {alarm.customerName} · {alarm.assetName}
        </p>
      </div>
      <p class="hint">
        It goes on being recorded, opens no ticket and calls nobody. If it is still true afterwards, it calls
        again.
      </p>
      <fieldset class="field" aria-describedby={until ? "until-error" : undefined}>
        <legend>Until when</legend>
        {choices.map(([value, label]) => (
          <label class="choice">
            <input type="radio" name="until" value={value} checked={value === chosen} required />
            <span>{label}</span>
          </label>
        ))}
        {until ? (
          <p class="err" id="until-error">
            {until}
          </p>
        ) : null}
      </fieldset>
      <Field
        name="at"
        label="Date and time"
        hint={`${view.zone}, at most 31 days ahead.`}
        error={state.errors.at}
        control={(attributes) => (
          <input
            class="text"
            type="datetime-local"
            {...attributes}
            value={state.values.at || toWall(view.now + 24 * 3_600_000, view.zone)}
          />
        )}
      />
      <Field
        name="reason"
        label="Why"
        hint="The next one on duty reads it."
        error={state.errors.reason}
        control={(attributes) => (
          <textarea class="text" {...attributes} required maxlength={500}>
            {state.values.reason}
          </textarea>
        )}
      />
      <div class="acts">
        <button class="btn p" type="submit" data-busy="Saving…">
          Shelve
        </button>
        <a class="btn" href={next} data-dialog-close="">
          Not now
        </a>
      </div>
    </form>
  );
}
