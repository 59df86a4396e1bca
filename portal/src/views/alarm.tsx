import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "./layout.tsx";
import { readable } from "./number.ts";
import { Time } from "./parts.tsx";
import { alarmState } from "./status.tsx";
import { duration } from "./time.ts";

/** The button works as a plain form; with script the row changes in place. */
export function Acknowledge(props: {
  action: string;
  /** What is acknowledged, for those who hear the button alone. */
  of: string;
  next: string;
  primary?: boolean;
  small?: boolean;
}) {
  return (
    <form method="post" action={props.action} data-instant="">
      <input type="hidden" name="next" value={props.next} />
      <button
        class={`btn ${props.primary ? "p" : ""} ${props.small ? "s" : ""}`}
        type="submit"
        data-busy="Saving…"
        data-act="acknowledge"
      >
        Acknowledge<span class="vh">: {props.of}</span>
      </button>
    </form>
  );
}

/** A clock: set aside for a time. */
function ShelfSign() {
  return (
    <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.5 1.5" />
    </svg>
  );
}

/** Leads to the form; with script the form comes as a dialog. */
export function ShelveLink({ alarm, next }: { alarm: AlarmRow; next: string }) {
  return (
    <a class="btn" href={paths.shelve(alarm.id, { next })} data-dialog="" data-act="shelve">
      <ShelfSign />
      Shelve<span class="vh">: {readable(alarm.summary)}</span>
    </a>
  );
}

export function Unshelve({ alarm, next }: { alarm: AlarmRow; next: string }) {
  return (
    <form method="post" action={paths.unshelve(alarm.id)} data-instant="">
      <input type="hidden" name="next" value={next} />
      <button class="btn" type="submit" data-busy="Saving…">
        Unshelve<span class="vh">: {readable(alarm.summary)}</span>
      </button>
    </form>
  );
}

/** "Shelved until 18:00 by Jo Berg: cable is being replaced" with its sign; nothing when it is not. */
export function Shelf({ alarm, view }: { alarm: AlarmRow; view: View }) {
  const { shelf } = alarm;
  if (!shelf) return null;
  return (
    <span class="shelf">
      <ShelfSign />
      <span>
        Shelved{" "}
        {shelf.until === null ? (
          "until it clears"
        ) : (
          <>
            until <Time at={shelf.until} reading={view} />
          </>
        )}{" "}
        by {shelf.by}: {shelf.reason}
      </span>
    </span>
  );
}

/** "not acknowledged", "acknowledged by Jo Berg", "cleared" and whether it was learned of later. */
export function alarmWords(alarm: AlarmRow): string {
  const who = alarm.acknowledgedAt !== null && alarm.acknowledgedBy ? ` by ${alarm.acknowledgedBy}` : "";
  return `${alarmState(alarm).word}${who}${alarm.backfilled ? ", arrived later" : ""}`;
}

/** Row class of its state; a shelved one is grey whatever its condition. */
export const alarmClass = (alarm: AlarmRow): string => (alarm.shelf ? "is-shelved" : alarmState(alarm).class);

/** "Since 09:41 · 4 h 51 min", or from when to when. */
export function AlarmTimes({ alarm, view }: { alarm: AlarmRow; view: View }) {
  return alarm.clearedAt === null ? (
    <>
      Since <Time at={alarm.onset} reading={view} /> · {duration(view.now - alarm.onset)}
    </>
  ) : (
    <>
      <Time at={alarm.onset} reading={view} /> to <Time at={alarm.clearedAt} reading={view} />
    </>
  );
}

/** "Since 09:41 · 4 h 51 min · not acknowledged" on one line. */
export function AlarmLife({ alarm, view }: { alarm: AlarmRow; view: View }) {
  return (
    <>
      <AlarmTimes alarm={alarm} view={view} /> · {alarmWords(alarm)}
    </>
  );
}
