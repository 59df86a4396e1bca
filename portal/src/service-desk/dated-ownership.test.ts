import type { PortalDb } from "@millwright/shared/db/open";
import { tickets } from "@millwright/shared/db/schema";
import { encodeFinding, type Finding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { asc } from "drizzle-orm";
import { afterEach, beforeEach, expect, it } from "vitest";
import { transferAsset } from "../fleet/transfer.ts";
import { listAlarms } from "../read/alarms.ts";
import { listTickets, ticketComments } from "../read/tickets.ts";
import { administrator, buildPlant, finding, type Owned, openTestDb, T0, viewer } from "../testing/plant.ts";
import { addComment } from "./comments.ts";
import { applyEntries } from "./findings.ts";

const DAY = 86_400_000;
const log = createLog("test", "silent");
let db: PortalDb;
let close: () => void;
let a: Owned;
let b: Owned;

beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a, b } = buildPlant(db));
});
afterEach(() => close());

const apply = (...findings: Finding[]) =>
  applyEntries(
    db,
    findings.map((each, i) => ({ seq: i + 1, bytes: encodeFinding(each) })),
    log,
  );
const allTickets = () => db.select().from(tickets).orderBy(asc(tickets.number)).all();
const raised = (type: string, at: number) => finding(a.assetId, "raised", type, at, at);

it("puts each alarm on the account of its day; the earlier owner keeps its own", () => {
  apply(raised("acc:high", T0));
  transferAsset(db, administrator, a.assetId, { customerId: b.customerId, from: T0 + DAY }, T0 + 2 * DAY);
  apply(raised("acc:high", T0 + 2 * DAY));
  expect(allTickets().map((t) => t.customerId)).toEqual([a.customerId, b.customerId]);
  expect(listTickets(db, viewer("owner", a.customerId)).items).toHaveLength(1);
  expect(listAlarms(db, viewer("owner", b.customerId)).items.map((x) => x.siteName)).toEqual(["Site B"]);
  expect(listAlarms(db, viewer("owner", a.customerId)).items.map((x) => x.siteName)).toEqual([""]);
});

it("a transfer told late takes alarms and tickets since then along, not what the earlier owner wrote", () => {
  apply(raised("flow:low", T0 - DAY), raised("acc:high", T0 + DAY));
  const late = allTickets()[1]!.id;
  const owner = viewer("owner", a.customerId);
  db.$client
    .prepare(
      "insert into user (id, name, email, role, customer_id, created_at, updated_at) values (?, 'A', 'a@a.example', 'owner', ?, 0, 0)",
    )
    .run(owner.id, a.customerId);
  addComment(db, owner, late, { text: "our secret" }, T0 + DAY);
  transferAsset(db, administrator, a.assetId, { customerId: b.customerId, from: T0 }, T0 + 2 * DAY);
  expect(allTickets().map((t) => t.customerId)).toEqual([a.customerId, b.customerId]);
  const seen = ticketComments(db, viewer("owner", b.customerId), late).map((c) => c.text);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).not.toContain("our secret");
});
