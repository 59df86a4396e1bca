import type { ModelCatalog } from "@millwright/shared/domain/model";
import { expect, test } from "vitest";
import type { AlarmRow, TicketRow } from "../read/rows.ts";
import { explained, problemsOf } from "./problems.ts";

const alarm = (over: Partial<AlarmRow>): AlarmRow => ({
  id: "a",
  assetId: "ast",
  assetName: "Pump",
  customerId: "cus",
  customerName: "Northwind",
  siteName: "Basin Road",
  tag: "vib",
  tagName: "vibration",
  type: "vib:high",
  detector: "limit",
  level: "high",
  priority: 2,
  summary: "vibration, high: 5 mm/s",
  value: 5,
  limit: 4,
  unit: "mm/s",
  onset: 1000,
  raisedAt: 1000,
  clearedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  backfilled: false,
  ticketId: "t1",
  ticketNumber: 20001,
  shelf: null,
  ...over,
});
const ticket = { id: "t1", failureMode: "P3" } as TicketRow;

test("alarms of one ticket are one problem, since the first of them, as urgent as the worst", () => {
  const [problem, ...more] = problemsOf(
    [
      alarm({ id: "a", onset: 500, priority: 3 }),
      alarm({ id: "b", onset: 900, priority: 1, acknowledgedAt: 1 }),
    ],
    [ticket],
  );
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ key: "t1", ticket, since: 500, waiting: 1 });
  expect(problem?.alarms.map((a) => a.id)).toEqual(["b", "a"]);
});

test("alarms without a ticket are problems of their own", () => {
  const apart = [alarm({ id: "a", ticketId: null }), alarm({ id: "b", ticketId: null })];
  expect(problemsOf(apart, []).map((problem) => problem.key)).toEqual(["a", "b"]);
});

test("what waits for somebody comes before what is acknowledged, however urgent", () => {
  const rows = [alarm({ id: "a", ticketId: null, priority: 1, acknowledgedAt: 1 }), alarm({ priority: 4 })];
  expect(problemsOf(rows, [ticket]).map((problem) => problem.key)).toEqual(["t1", "a"]);
});

test("the ticket's failure mode explains, and its own symptom speaks first", () => {
  const modes = [
    { code: "P1", symptoms: ["other:high"] },
    { code: "P3", symptoms: ["bearing:high"] },
  ];
  const model = { failureModes: modes } as ModelCatalog;
  const rows = [
    alarm({ id: "new", type: "other:high", onset: 2000 }),
    alarm({ id: "own", type: "bearing:high" }),
  ];
  const { mode, first, rest } = explained(problemsOf(rows, [ticket])[0]!, model);
  expect(mode?.code).toBe("P3");
  expect([first.id, ...rest.map((a) => a.id)]).toEqual(["own", "new"]);
});
