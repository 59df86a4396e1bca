import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openSqliteJournal } from "./sqlite.ts";

/** A writing thread that answers when the test says so. */
const { threads } = vi.hoisted(() => ({ threads: [] as EventEmitter[] }));
vi.mock("node:worker_threads", () => ({
  Worker: class extends EventEmitter {
    commits = 0;
    constructor() {
      super();
      threads.push(this);
      setImmediate(() => this.emit("message", { type: "ready", head: 0, trimmedThrough: 0, heldBytes: 0 }));
    }
    postMessage({ type }: { type: string }) {
      if (type === "commit") this.commits++;
      if (type === "close") setImmediate(() => this.emit("exit", 0));
    }
  },
}));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-order-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("fails what is queued behind a failed commit, so that nothing overtakes what will be handed in again", async () => {
  const journal = await openSqliteJournal({ file: join(dir, "j.db") });
  const thread = threads[0] as EventEmitter & { commits: number };
  const told: string[] = [];
  const append = (name: string) =>
    journal.append(Buffer.from(name), (error) =>
      told.push(`${name} ${error === null ? "stored" : "failed"}`),
    );
  append("a");
  await vi.waitFor(() => expect(thread.commits).toBe(1));
  append("b");
  thread.emit("message", { type: "failed", reopened: 0, message: "disk I/O error", code: "SQLITE_IOERR" });
  expect(told).toEqual(["a failed", "b failed"]);
  expect(thread.commits).toBe(1);
  append("a");
  await vi.waitFor(() => expect(thread.commits).toBe(2));
  thread.emit("message", { type: "committed", head: 1, heldBytes: 1 });
  expect(told.at(-1)).toBe("a stored");
  await journal.close();
});
