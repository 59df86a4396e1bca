import type { Reading } from "./parts.tsx";
import { clock, dayMonth, full } from "./time.ts";

/** When something ends, "27 Nov 14:32": a weekday alone could be taken for the last one. */
export function EndTime({ at, reading }: { at: number; reading: Reading }) {
  return (
    <time datetime={new Date(at).toISOString()} title={full(at, reading.zone)} class="nw">
      {dayMonth(at, reading.zone)} {clock(at, reading.zone)}
    </time>
  );
}
