import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, comments, tickets } from "@millwright/shared/db/schema";
import { encodeFinding, type Finding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { asc, eq } from "drizzle-orm";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { administrator, buildPlant, finding, type Owned, openTestDb, T0 } from "../testing/plant.ts";
import { applyEntries } from "./findings.ts";
import { moveTicket } from "./tickets.ts";

const MIN = 60_000;
const DAY = 86_400_000;
const log = createLog("test", "silent");

let db: PortalDb;
let a: Owned;
let b: Owned;
let close: () => void;
let seq = 0;

beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a, b } = buildPlant(db));
  seq = 0;
});
afterEach(() => close());

const apply = (...findings: Finding[]) =>
  applyEntries(
    db,
    findings.map((each) => ({ seq: ++seq, bytes: encodeFinding(each) })),
    log,
  ).map((r) => r.outcome);
const allTickets = () => db.select().from(tickets).orderBy(asc(tickets.number)).all();
const allAlarms = () => db.select().from(alarms).orderBy(asc(alarms.id)).all();
const on = (kind: Finding["kind"], type: string, onset: number, at: number, more: Partial<Finding> = {}) =>
  finding(a.assetId, kind, type, onset, at, more);

describe("finding → alarm → ticket", () => {
  it("opens one ticket on the owner's account, titled by the failure mode", () => {
    apply(on("raised", "acc:high", T0, T0 + MIN));
    const [ticket, ...more] = allTickets();
    expect(more).toEqual([]);
    expect(ticket).toMatchObject({
      customerId: a.customerId,
      state: "new",
      priority: 2,
      failureMode: "bearing-wear",
      title: "Bearing wears: Acceleration, drive end at 12.5\u00a0m/s² on Pump A",
      openedAt: T0 + MIN,
    });
    expect(allAlarms()[0]).toMatchObject({ ticketId: ticket?.id, customerId: a.customerId, clearedAt: null });
  });

  it("puts alarms of one failure mode on one ticket, others on their own", () => {
    apply(
      on("raised", "acc:high", T0, T0),
      on("raised", "temp:high", T0, T0 + MIN),
      on("raised", "flow:low", T0, T0 + MIN),
    );
    expect(allTickets().map((t) => t.alarmType)).toEqual(["acc:high", "flow:low"]);
    expect(allTickets()[1]?.title).toBe("Flow:low at high");
  });

  it("raises the ticket's priority when the alarm gets worse, and never lowers it", () => {
    apply(on("raised", "flow:low", T0, T0));
    apply(on("escalated", "flow:low", T0, T0 + MIN, { level: "highHigh", priority: 1 }));
    expect(allTickets()[0]?.priority).toBe(1);
    apply(on("eased", "flow:low", T0, T0 + 2 * MIN, { priority: 3 }));
    expect(allTickets()[0]?.priority).toBe(1);
    expect(allAlarms()[0]?.priority).toBe(3);
  });

  it("moves to monitoring when the last alarm clears, never to closed", () => {
    apply(on("raised", "acc:high", T0, T0), on("raised", "temp:high", T0, T0));
    apply(on("cleared", "acc:high", T0, T0 + MIN));
    expect(allTickets()[0]?.state).toBe("new");
    apply(on("cleared", "temp:high", T0, T0 + 2 * MIN));
    expect(allTickets()[0]).toMatchObject({ state: "monitoring", endedAt: null });
    const told = db.select().from(comments).all();
    expect(told.every((c) => c.kind === "system")).toBe(true);
    expect(Math.max(...told.map((c) => c.at))).toBe(T0 + 2 * MIN);
  });

  it("reopens the same ticket when the alarm comes back in monitoring", () => {
    apply(on("raised", "acc:high", T0, T0), on("cleared", "acc:high", T0, T0 + MIN));
    apply(on("raised", "acc:high", T0 + DAY, T0 + DAY));
    expect(allTickets()).toHaveLength(1);
    expect(allTickets()[0]).toMatchObject({ state: "new", reopenedCount: 1 });
  });

  it.each([
    [6, 1],
    [8, 2],
  ])("an alarm %i days after closing leaves %i ticket(s)", (days, count) => {
    apply(on("raised", "acc:high", T0, T0), on("cleared", "acc:high", T0, T0 + MIN));
    const id = allTickets()[0]!.id;
    moveTicket(
      db,
      administrator,
      id,
      { to: "resolved", disposition: "real", resolution: "Greased." },
      T0 + DAY,
    );
    moveTicket(db, administrator, id, { to: "closed" }, T0 + DAY);
    apply(on("raised", "acc:high", T0 + (1 + days) * DAY, T0 + (1 + days) * DAY));
    expect(allTickets()).toHaveLength(count);
    expect(allTickets().at(-1)).toMatchObject({ state: "new", endedAt: null });
  });

  it("an old alarm that arrives after the ticket was closed joins it and wakes nobody", () => {
    apply(on("raised", "flow:low", T0, T0), on("cleared", "flow:low", T0, T0 + MIN));
    const id = allTickets()[0]!.id;
    moveTicket(
      db,
      administrator,
      id,
      { to: "resolved", disposition: "known", resolution: "Known." },
      T0 + DAY,
    );
    moveTicket(db, administrator, id, { to: "closed" }, T0 + DAY);
    apply(on("raised", "flow:low", T0 + 2 * MIN, T0 + 3 * MIN, { backfilled: true }));
    expect(allTickets()).toHaveLength(1);
    expect(allTickets()[0]?.state).toBe("closed");
  });

  it("one alarm of a type is open: the next one ends it", () => {
    apply(on("raised", "acc:high", T0, T0), on("raised", "acc:high", T0 + 5 * MIN, T0 + 6 * MIN));
    expect(allAlarms().filter((alarm) => alarm.clearedAt === null)).toHaveLength(1);
    expect(allTickets()).toHaveLength(1);
  });

  it("leaves out what is of no asset, without an owner, torn, or continues nothing, and goes on", () => {
    const outcomes = applyEntries(
      db,
      [
        { seq: 1, bytes: encodeFinding({ ...on("raised", "acc:high", T0, T0), assetId: "gone" }) },
        { seq: 2, bytes: Buffer.from("{torn") },
        { seq: 2, bytes: Buffer.from("null") },
        { seq: 3, bytes: encodeFinding(on("cleared", "temp:high", T0, T0)) },
        { seq: 4, bytes: encodeFinding(on("raised", "flow:low", T0, T0)) },
      ],
      log,
    ).map((result) => result.outcome);
    expect(outcomes).toEqual(["unknown", "refused", "refused", "unknown", "applied"]);
  });
});

describe("replay", () => {
  const story = fc
    .array(
      fc.record({
        type: fc.constantFrom("acc:high", "temp:high", "flow:low"),
        kind: fc.constantFrom("raised", "escalated", "eased", "cleared" as const),
        minutes: fc.integer({ min: 1, max: 12 * 24 * 60 }),
        priority: fc.constantFrom(1, 2, 3, 4 as const),
        second: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    )
    .map((steps) => {
      const onsets = new Map<string, number>();
      let now = T0;
      return steps.map(({ type, kind, minutes, priority, second }) => {
        now += minutes * MIN;
        const asset = second ? b.assetId : a.assetId;
        const key = `${asset} ${type}`;
        if (kind === "raised" || !onsets.has(key)) onsets.set(key, now - MIN);
        return finding(asset, kind as Finding["kind"], type, onsets.get(key)!, now, {
          priority: priority as 1,
        });
      });
    });

  const state = () => ({
    alarms: allAlarms(),
    tickets: allTickets(),
    told: db
      .select({ ticketId: comments.ticketId, text: comments.text, at: comments.at })
      .from(comments)
      .all(),
  });
  const empty = () =>
    db.$client.exec(
      "delete from comments; delete from alarms; delete from tickets; delete from findings_applied",
    );

  it("any duplication and any replay from an earlier place ends in the same alarms, tickets and comments", () => {
    fc.assert(
      fc.property(
        story,
        fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { maxLength: 6 }),
        (findings, replays) => {
          empty();
          apply(...findings);
          const once = state();
          empty();
          let at = 0;
          // The reader is thrown back to an earlier place again and again before it gets through.
          for (const [until, back] of replays) {
            apply(...findings.slice(at, Math.max(at, until)));
            at = Math.max(0, Math.min(at, back));
          }
          apply(...findings.slice(at), ...findings);
          expect(state()).toEqual(once);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("any sequence keeps one open alarm and one open ticket per type, on the owner's account", () => {
    fc.assert(
      fc.property(story, (findings) => {
        empty();
        const outcomes = apply(...findings);
        expect(outcomes).not.toContain("refused");
        const open = allAlarms().filter((alarm) => alarm.clearedAt === null);
        expect(new Set(open.map((alarm) => `${alarm.assetId} ${alarm.type}`)).size).toBe(open.length);
        for (const alarm of open) {
          const ticket = db.select().from(tickets).where(eq(tickets.id, alarm.ticketId!)).get();
          expect(ticket?.endedAt).toBeNull();
          expect(ticket?.state).not.toBe("monitoring");
          expect(ticket?.customerId).toBe(alarm.assetId === a.assetId ? a.customerId : b.customerId);
        }
      }),
      { numRuns: 60 },
    );
  });
});
