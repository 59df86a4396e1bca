import { shelvings } from "@millwright/shared/db/schema";
import { createLog } from "@millwright/shared/log";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onChange } from "../access/changes.ts";
import { administrator, buildPlant, finding, openTestDb, T0 } from "../testing/plant.ts";
import { applyFinding } from "./apply-finding.ts";
import { endRunOut, endRunOutBeforeReading, shelveAlarm } from "./shelve.ts";
import { watchShelves } from "./watch-shelves.ts";

const HOUR = 3_600_000;
let open: ReturnType<typeof openTestDb>;
beforeEach(() => {
  open = openTestDb();
  const { a } = buildPlant(open.db);
  const raised = finding(a.assetId, "raised", "acc:high", T0, T0);
  open.db.transaction((tx) => applyFinding(tx, raised));
  shelveAlarm(open.db, administrator, raised.alarmId, { until: T0 + HOUR, reason: "known" }, T0);
});
afterEach(() => {
  vi.useRealTimers();
  open.close();
});
const ended = () => open.db.select().from(shelvings).get()?.endedAt ?? null;

test("a shelving ends although nobody reads a page, and open pages are told", () => {
  vi.useFakeTimers();
  let now = T0;
  const told = vi.fn();
  onChange(open.db, told);
  const watch = watchShelves({ db: open.db, clock: () => now, log: createLog("test", "silent") });
  vi.advanceTimersByTime(5000);
  expect(ended()).toBeNull();
  // The machine slept: the clock has gone on, the timer has not.
  now = T0 + 3 * HOUR;
  vi.advanceTimersByTime(1000);
  expect(ended()).toBe(T0 + HOUR);
  expect(told).toHaveBeenCalledWith(expect.objectContaining({ what: "alarms" }));
  watch.stop();
});

test("a full disk keeps nobody from reading, and the end comes once there is room", () => {
  const { db } = open;
  const fill = () => {
    throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
  };
  const transaction = vi.spyOn(db, "transaction").mockImplementation(fill);
  expect(() => endRunOut(db, T0 + HOUR)).toThrow("full");
  expect(() => endRunOutBeforeReading(db, T0 + HOUR)).not.toThrow();
  expect(ended()).toBeNull();
  transaction.mockRestore();
  endRunOutBeforeReading(db, T0 + HOUR);
  expect(ended()).toBe(T0 + HOUR);
});
