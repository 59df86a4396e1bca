import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "./layout.tsx";
import { readable } from "./number.ts";
import { Time } from "./parts.tsx";
import { alarmState, PriorityMark } from "./status.tsx";
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
      >
        Acknowledge<span class="vh">: {props.of}</span>
      </button>
    </form>
  );
}

/** "not acknowledged", "acknowledged by Jo Berg", "cleared" and whether it was learned of later. */
export function alarmWords(alarm: AlarmRow): string {
  const who = alarm.acknowledgedAt !== null && alarm.acknowledgedBy ? ` by ${alarm.acknowledgedBy}` : "";
  return `${alarmState(alarm).word}${who}${alarm.backfilled ? ", arrived later" : ""}`;
}

/** "Since 09:41 · 4 h 51 min", or from when to when. */
function AlarmTimes({ alarm, view }: { alarm: AlarmRow; view: View }) {
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

/** One alarm in a list: what, whose machine, state and time, next verb. */
export function AlarmListRow({ alarm, view, act }: { alarm: AlarmRow; view: View; act: boolean }) {
  const summary = readable(alarm.summary);
  const words = alarmWords(alarm);
  return (
    <li class={`row need ${alarmState(alarm).class}`} data-row={alarm.id}>
      <PriorityMark priority={alarm.priority} />
      <div>
        <div class="l1">
          <a href={paths.asset(alarm.assetId)}>{summary}</a>
        </div>
        <div class="l2">
          {[isStaff(view.viewer) ? alarm.customerName : null, alarm.siteName, alarm.assetName]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </div>
      <div class="l2 since">
        <div class="nw">
          <AlarmTimes alarm={alarm} view={view} />
        </div>
        <div class="ell" title={words}>
          {words}
        </div>
      </div>
      {act && alarm.acknowledgedAt === null ? (
        <Acknowledge
          action={paths.acknowledge(alarm.id)}
          of={summary}
          next={view.path}
          primary={alarm.priority <= 2 && alarm.clearedAt === null}
        />
      ) : alarm.ticketId ? (
        <a class="btn" href={paths.ticket(alarm.ticketId)}>
          Open T-{alarm.ticketNumber}
        </a>
      ) : (
        <span />
      )}
    </li>
  );
}
