import { alarms, auditEntries, shelvings } from "@millwright/shared/db/schema";
import { desc } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAlarm, listAlarms } from "../read/alarms.ts";
import { counts } from "../read/counts.ts";
import { listTickets } from "../read/tickets.ts";
import { administrator, buildPlant, finding, type Owned, openTestDb, T0, viewer } from "../testing/plant.ts";
import { acknowledgeAlarm } from "./alarms.ts";
import { applyFinding } from "./apply-finding.ts";
import { endRunOut, shelveAlarm, unshelveAlarm } from "./shelve.ts";

const MIN = 60_000;
const HOUR = 60 * MIN;
const engineer = viewer("engineer");
let open: ReturnType<typeof openTestDb>;
let a: Owned;
beforeEach(() => {
  open = openTestDb();
  a = buildPlant(open.db).a;
});
afterEach(() => open.close());

type Kind = Parameters<typeof finding>[1];
/** One step of "acc:high" on A's pump, minutes after T0; gives the alarm's id. */
function tell(kind: Kind, onsetMin: number, atMin: number, more: Parameters<typeof finding>[5] = {}): string {
  const of = finding(a.assetId, kind, "acc:high", T0 + onsetMin * MIN, T0 + atMin * MIN, more);
  open.db.transaction((tx) => applyFinding(tx, of));
  return of.alarmId;
}
const ticketsNow = () => listTickets(open.db, administrator, { assetId: a.assetId }).items;
const alarmNow = (id: string) => findAlarm(open.db, administrator, id);
/** An alarm raised and over before it is shelved: it has no open ticket to hide behind. */
function shelvedWithoutTicket(untilMin: number | null): string {
  const first = tell("raised", 0, 0, { detector: "spikes" });
  const until = untilMin === null ? null : T0 + untilMin * MIN;
  shelveAlarm(open.db, engineer, first, { until, reason: "sensor cable is being replaced" }, T0 + MIN);
  return first;
}

describe("a shelved alarm", () => {
  test("goes on being recorded, and opens no ticket", () => {
    shelvedWithoutTicket(60);
    tell("cleared", 0, 5);
    const next = tell("raised", 10, 10);
    expect(alarmNow(next)).toMatchObject({ clearedAt: null, value: 12.5, ticketId: null });
    expect(alarmNow(next).shelf).toMatchObject({ until: T0 + HOUR, by: engineer.name });
    expect(ticketsNow()).toEqual([]);
  });

  test("is counted as shelved, not as active or waiting; a customer sees it as it is", () => {
    const id = tell("raised", 0, 0);
    expect(counts(open.db, engineer)).toMatchObject({
      activeAlarms: 1,
      unacknowledgedAlarms: 1,
      shelvedAlarms: 0,
    });
    shelveAlarm(open.db, engineer, id, { until: null, reason: "known" }, T0 + MIN);
    expect(counts(open.db, engineer)).toMatchObject({
      activeAlarms: 0,
      unacknowledgedAlarms: 0,
      shelvedAlarms: 1,
    });
    expect(listAlarms(open.db, engineer, { state: "active", shelved: false }).items).toEqual([]);
    expect(listAlarms(open.db, engineer, { state: "shelved" }).items.map((row) => row.id)).toEqual([id]);
    const owner = viewer("owner", a.customerId);
    expect(counts(open.db, owner)).toMatchObject({
      activeAlarms: 1,
      unacknowledgedAlarms: 1,
      shelvedAlarms: 0,
    });
    expect(listAlarms(open.db, owner, { state: "active" }).items[0]).toMatchObject({ id, shelf: null });
    expect(listAlarms(open.db, owner, { state: "shelved" }).items).toEqual([]);
  });

  test("writes on the open ticket of its fault, and changes nothing else there", () => {
    const first = tell("raised", 0, 0);
    shelveAlarm(open.db, engineer, first, { until: T0 + HOUR, reason: "known" }, T0 + MIN);
    tell("cleared", 0, 5);
    const before = ticketsNow()[0]!;
    expect(before.state).toBe("monitoring");
    const next = tell("raised", 10, 10, { priority: 1 });
    expect(ticketsNow()).toMatchObject([{ state: "monitoring", priority: before.priority }]);
    expect(alarmNow(next).ticketId).toBe(before.id);
  });
});

describe("the end of a shelving", () => {
  test("comes by itself at its time, and what is still true then gets its ticket", () => {
    shelvedWithoutTicket(60);
    tell("cleared", 0, 5);
    const next = tell("raised", 10, 10);
    acknowledgeAlarm(open.db, engineer, next, T0 + 11 * MIN);
    expect(endRunOut(open.db, T0 + 59 * MIN)).toBe(0);
    expect(ticketsNow()).toEqual([]);
    expect(endRunOut(open.db, T0 + 61 * MIN)).toBe(1);
    expect(endRunOut(open.db, T0 + 62 * MIN)).toBe(0);
    expect(ticketsNow()).toMatchObject([{ openedAt: T0 + HOUR, state: "new" }]);
    // Nobody was there: it waits for an acknowledgement again.
    expect(alarmNow(next)).toMatchObject({ shelf: null, acknowledgedAt: null });
    expect(open.db.select().from(shelvings).get()).toMatchObject({ endedAt: T0 + HOUR, endedBy: null });
  });

  test("is not waited for: what happens after its time calls, though nobody has ended it yet", () => {
    shelvedWithoutTicket(60);
    tell("cleared", 0, 5);
    tell("raised", 61, 61);
    expect(ticketsNow()).toHaveLength(1);
  });

  test("once: is the end of the condition, and the next one calls", () => {
    const first = shelvedWithoutTicket(null);
    tell("cleared", 0, 5);
    expect(alarmNow(first).shelf).toBeNull();
    tell("raised", 10, 10);
    expect(ticketsNow()).toHaveLength(1);
  });

  test("leaves nothing to acknowledge of what came and went under it", () => {
    shelvedWithoutTicket(60);
    tell("cleared", 0, 1);
    for (const min of [10, 20, 30]) {
      tell("raised", min, min);
      tell("cleared", min, min + 5);
    }
    endRunOut(open.db, T0 + HOUR);
    const waiting = listAlarms(open.db, engineer, { state: "unacknowledged" }).items;
    expect(waiting.map((row) => row.onset)).toEqual([T0]);
    expect(open.db.select().from(alarms).orderBy(desc(alarms.onset)).limit(1).get()?.acknowledgedBy).toBe(
      `${engineer.name}, by shelving`,
    );
  });

  test("by hand: the acknowledgement stays, the ticket comes, and both acts are in the audit", () => {
    const first = shelvedWithoutTicket(60);
    tell("cleared", 0, 5);
    const next = tell("raised", 10, 10);
    acknowledgeAlarm(open.db, engineer, next, T0 + 11 * MIN);
    unshelveAlarm(open.db, engineer, first, T0 + 20 * MIN);
    expect(alarmNow(next)).toMatchObject({ shelf: null, acknowledgedAt: T0 + 11 * MIN });
    expect(ticketsNow()).toMatchObject([{ openedAt: T0 + 20 * MIN }]);
    const actions = open.db
      .select()
      .from(auditEntries)
      .all()
      .map((entry) => entry.action);
    expect(actions).toEqual(expect.arrayContaining(["alarm.shelved", "alarm.unshelved"]));
  });
});

test.each([
  ["without a reason", { until: T0 + HOUR, reason: "  " }, "reason"],
  ["until a time gone by", { until: T0 - 1, reason: "known" }, "until"],
  ["for longer than a month", { until: T0 + 32 * 24 * HOUR, reason: "known" }, "until"],
])("is refused %s, naming the field", (_, input, field) => {
  const id = tell("raised", 0, 0);
  expect(() => shelveAlarm(open.db, engineer, id, input, T0)).toThrow(expect.objectContaining({ field }));
  expect(open.db.select().from(shelvings).all()).toEqual([]);
});

test("only the maker's staff shelve", () => {
  const id = tell("raised", 0, 0);
  const input = { until: null, reason: "known" };
  expect(() => shelveAlarm(open.db, viewer("owner", a.customerId), id, input, T0)).toThrow("may not");
});
