import { afterEach, beforeEach, expect, test } from "vitest";
import { transferAsset } from "../fleet/transfer.ts";
import { addAnnotation } from "../service-desk/annotations.ts";
import { applyFinding } from "../service-desk/apply-finding.ts";
import { shelveAlarm } from "../service-desk/shelve.ts";
import { administrator, buildPlant, finding, openTestDb, T0, viewer } from "../testing/plant.ts";
import { historyOf } from "./history.ts";

const MIN = 60_000;
let open: ReturnType<typeof openTestDb>;
let plant: ReturnType<typeof buildPlant>;
beforeEach(() => {
  open = openTestDb();
  plant = buildPlant(open.db);
});
afterEach(() => open.close());

function alarm(kind: "raised" | "cleared", onsetMin: number, atMin: number): string {
  const of = finding(plant.a.assetId, kind, "acc:high", T0 + onsetMin * MIN, T0 + atMin * MIN);
  open.db.transaction((tx) => applyFinding(tx, of));
  return of.alarmId;
}
const told = (who = administrator, query: Partial<Parameters<typeof historyOf>[3]> = {}) =>
  historyOf(open.db, who, plant.a.assetId, { limit: 50, ...query });

test("alarms, tickets, shelvings, devices and notes stand on one line, newest first", () => {
  const id = alarm("raised", 1, 2);
  shelveAlarm(open.db, administrator, id, { until: null, reason: "known" }, T0 + 3 * MIN);
  addAnnotation(
    open.db,
    administrator,
    plant.a.assetId,
    { text: "Cleaned", from: T0 + 4 * MIN },
    T0 + 4 * MIN,
  );
  alarm("cleared", 1, 5);
  const whats = told().events.map((event) => event.what);
  expect(whats).toHaveLength(7);
  expect(whats.slice(0, 4).sort()).toEqual(["cleared", "noted", "shelved", "unshelved"]);
  expect(whats.slice(4).sort()).toEqual(["opened", "raised", "registered"]);
  const times = told().events.map((event) => event.at);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(told(administrator, { kind: "note" }).events).toMatchObject([{ text: "Cleaned" }]);
});

test("reading on page by page gives every event once, also those of one moment", () => {
  for (let min = 1; min < 20; min++) {
    alarm("raised", min * 10, min * 10);
    alarm("cleared", min * 10, min * 10 + 5);
  }
  const all = told(administrator, { limit: 500 }).events;
  const read: typeof all = [];
  let before: number | undefined;
  do {
    const page = told(administrator, { limit: 3, before });
    read.push(...page.events);
    before = page.next ?? undefined;
  } while (before !== undefined);
  expect(read).toEqual(all);
});

test("a new owner's history begins with its ownership, and holds nothing of the maker's own", () => {
  const { a, b } = plant;
  const id = alarm("raised", 1, 1);
  alarm("cleared", 1, 2);
  const sold = T0 + 60 * MIN;
  transferAsset(
    open.db,
    administrator,
    a.assetId,
    { customerId: b.customerId, siteId: b.siteId, from: sold },
    sold,
  );
  alarm("raised", 70, 70);
  shelveAlarm(open.db, administrator, id, { until: sold + 900 * MIN, reason: "secret" }, sold + MIN);
  addAnnotation(
    open.db,
    administrator,
    a.assetId,
    { text: "internal words", from: sold + 2 * MIN, internal: true },
    sold + 2 * MIN,
  );
  const own = told(viewer("owner", b.customerId)).events;
  expect(own.map((event) => event.what).sort()).toEqual(["opened", "owned", "raised"]);
  expect(JSON.stringify(own)).not.toMatch(/secret|internal words|Customer A/);
  expect(() => told(viewer("owner", a.customerId))).toThrow("no such asset");
});
