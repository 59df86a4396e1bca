import type { PortalDb } from "@millwright/shared/db/open";
import { tickets } from "@millwright/shared/db/schema";
import { encodeFinding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildPlant, finding, type Owned, openTestDb, T0 } from "../testing/plant.ts";
import { followFindings } from "./findings.ts";

const log = createLog("test", "silent");
let db: PortalDb;
let close: () => void;
let a: Owned;

beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a } = buildPlant(db));
});
afterEach(() => close());

it("applies what is there, then what comes, and goes on from its offset after a restart", async () => {
  const entries = ["acc:high", "flow:low"].map((type, i) => ({
    seq: i + 1,
    bytes: encodeFinding(finding(a.assetId, "raised", type, T0, T0)),
  }));
  const shown = entries.slice(0, 1);
  const reader = {
    read: (after: number) => shown.filter((entry) => entry.seq > after),
    head: () => shown.length,
    close: () => undefined,
  };
  const reported: number[] = [];
  const start = () => {
    const waits = new Map<number, () => void>();
    const follower = followFindings({
      db,
      reader,
      log,
      onApplied: () => undefined,
      report: (through) => {
        reported.push(through);
        waits.get(through)?.();
      },
    });
    const reached = (through: number) =>
      follower.offset() >= through
        ? Promise.resolve()
        : new Promise<void>((resolve) => waits.set(through, resolve));
    return { follower, reached };
  };
  const first = start();
  await first.reached(1);
  shown.push(entries[1]!);
  first.follower.wake();
  await first.reached(2);
  await first.follower.stop();
  expect(db.select().from(tickets).all()).toHaveLength(2);
  const second = start();
  expect(second.follower.offset()).toBe(2);
  await second.follower.stop();
  expect(reported).toEqual([1, 2]);
});
