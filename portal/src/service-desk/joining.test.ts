import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, comments, tickets } from "@millwright/shared/db/schema";
import type { Finding } from "@millwright/shared/domain/finding";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildPlant, finding, openTestDb, T0 } from "../testing/plant.ts";
import { applyFinding } from "./apply-finding.ts";

let db: PortalDb;
let assetId: string;
let close: () => void;
beforeEach(() => {
  ({ db, close } = openTestDb());
  assetId = buildPlant(db).a.assetId;
});
afterEach(() => close());

const raise = (type: string, at: number, more: Partial<Finding> = {}) =>
  db.transaction((tx) => applyFinding(tx, finding(assetId, "raised", type, at, at, more)));

it("a more urgent alarm that joins a ticket raises its priority, and says so", () => {
  raise("acc:high", T0);
  raise("temp:high", T0 + 1, { priority: 1 });
  raise("acc:high", T0 + 2, { priority: 4 });
  const [ticket, ...more] = db.select().from(tickets).all();
  expect(more).toEqual([]);
  expect(ticket).toMatchObject({ priority: 1 });
  const told = db.select().from(comments).all();
  expect(told.filter(({ text }) => text.includes("Priority raised to 1."))).toHaveLength(1);
  expect(told.filter(({ text }) => text.includes("Priority raised"))).toHaveLength(1);
});

it("spikes are an alarm, shown and cleared, without a ticket", () => {
  const spikes = { detector: "spikes", priority: 4, level: null } as const;
  raise("acc:spikes", T0, spikes);
  const clear = finding(assetId, "cleared", "acc:spikes", T0, T0 + 1, spikes);
  db.transaction((tx) => applyFinding(tx, clear));
  raise("acc:spikes", T0 + 2, spikes);
  expect(db.select().from(tickets).all()).toEqual([]);
  const kept = db.select().from(alarms).all();
  expect(kept.map(({ type, ticketId }) => [type, ticketId])).toEqual([
    ["acc:spikes", null],
    ["acc:spikes", null],
  ]);
  expect(kept.filter(({ clearedAt }) => clearedAt === null)).toHaveLength(1);
});
