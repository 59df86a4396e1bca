import type { Outage } from "../ready.ts";
import { formatNumber } from "./number.ts";
import type { Reading } from "./parts.tsx";
import { when } from "./time.ts";

/** The strip on every page while readings cannot be stored or taken: since when, and how much waits. */
export function OutageStrip({ outage, reading }: { outage: Outage | null | undefined; reading: Reading }) {
  if (!outage) return null;
  const since = when(outage.since, reading.now, reading.zone);
  const waiting = outage.waiting === null ? "Messages" : `${formatNumber(outage.waiting, 0)} messages`;
  return (
    <p class="strip-note" role="status">
      {outage.part === "store" ? (
        <>
          <b>New readings are not stored since {since}.</b>
          <span class="mut">{waiting} wait safely and are stored when the telemetry store is back.</span>
        </>
      ) : (
        <>
          <b>New readings are not accepted since {since}.</b>
          <span class="mut">Devices keep them and send them again.</span>
        </>
      )}
    </p>
  );
}
