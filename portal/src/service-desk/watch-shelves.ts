import type { Clock } from "@millwright/shared/clock";
import type { PortalDb } from "@millwright/shared/db/open";
import type { Log } from "@millwright/shared/log";
import { endRunOut } from "./shelve.ts";

/** One look is an index lookup of a few microseconds, and needs no care for clocks that jump or machines that sleep. */
const LOOK_EVERY_MS = 1_000;

/** Shelvings end by themselves, also when nobody reads a page. */
export function watchShelves(parts: { db: PortalDb; clock: Clock; log: Log }): { stop(): void } {
  const { db, clock, log } = parts;
  let failing = false;
  const timer = setInterval(() => {
    try {
      const ended = endRunOut(db, clock());
      if (ended) log.info({ ended }, "shelved alarms are back");
      failing = false;
    } catch (error) {
      // A full disk lets it fail each second; it is said once and tried again.
      if (!failing) log.error({ err: error }, "ending a shelving failed; trying again");
      failing = true;
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
