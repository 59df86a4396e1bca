import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "./layout.tsx";
import { readable } from "./number.ts";
import { Time } from "./parts.tsx";
import { alarmState, PriorityMark } from "./status.tsx";
import { duration } from "./time.ts";

/** The button works as a plain form; with script the row changes in place. */
export function Acknowledge({ alarm, next, primary }: { alarm: AlarmRow; next: string; primary?: boolean }) {
  return (
    <form method="post" action={paths.acknowledge(alarm.id)} data-instant="">
      <input type="hidden" name="next" value={next} />
      <button class={`btn ${primary ? "p" : ""}`} type="submit" data-busy="Saving…">
        Acknowledge<span class="vh">: {readable(alarm.summary)}</span>
      </button>
    </form>
  );
}

/** "Active since 09:41 (4 h 51 min) · not acknowledged" */
export function AlarmLife({ alarm, view }: { alarm: AlarmRow; view: View }) {
  const state = alarmState(alarm);
  return (
    <>
      {alarm.clearedAt === null ? "Active since " : "From "}
      <Time at={alarm.onset} reading={view} />
      {alarm.clearedAt === null ? (
        ` (${duration(view.now - alarm.onset)})`
      ) : (
        <>
          {" "}
          to <Time at={alarm.clearedAt} reading={view} />
        </>
      )}{" "}
      · {state.word}
      {alarm.acknowledgedAt !== null && alarm.acknowledgedBy ? ` by ${alarm.acknowledgedBy}` : ""}
      {alarm.backfilled ? " · arrived later" : ""}
    </>
  );
}

/** One alarm in a list: what, whose machine, state and time, next verb. */
export function AlarmListRow({ alarm, view, act }: { alarm: AlarmRow; view: View; act: boolean }) {
  const state = alarmState(alarm);
  return (
    <li class={`row need ${state.class}`} data-row={alarm.id}>
      <PriorityMark priority={alarm.priority} />
      <div class="grow">
        <div class="l1">
          <a href={paths.asset(alarm.assetId)}>{readable(alarm.summary)}</a>
        </div>
        <div class="l2">
          {[isStaff(view.viewer) ? alarm.customerName : null, alarm.siteName, alarm.assetName]
            .filter(Boolean)
            .join(" · ")}
        </div>
      </div>
      <div class="l2">
        <AlarmLife alarm={alarm} view={view} />
      </div>
      {act && alarm.acknowledgedAt === null ? (
        <Acknowledge
          alarm={alarm}
          next={view.path}
          primary={alarm.priority <= 2 && alarm.clearedAt === null}
        />
      ) : alarm.ticketId ? (
        <a class="btn right" href={paths.ticket(alarm.ticketId)}>
          Open T-{alarm.ticketNumber}
        </a>
      ) : (
        <span />
      )}
    </li>
  );
}
