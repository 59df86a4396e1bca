import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { readAll } from "./journal.contract.ts";
import { openSqliteReader } from "./reader.ts";

const PROGRAM = fileURLToPath(new URL("./testing/append-until-killed.ts", import.meta.url));

test("kill -9: what was told as committed is there, once, in order, and the sequence goes on", {
  timeout: 60_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), "journal-kill-"));
  const file = join(dir, "uplink.db");
  const told: string[] = [];
  const reader = openSqliteReader(file);
  let head = 0;
  for (let life = 0; life < 5; life++) {
    const child = spawn(process.execPath, ["--import", "tsx", PROGRAM, file, String(life)], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    const enough = 1_000 + life * 700;
    child.stdout.on("data", (data) => {
      out += String(data);
      // Read beside it, as another program does.
      const now = reader.head();
      expect(now).toBeGreaterThanOrEqual(head);
      head = now;
      if (out.length > enough * 6) child.kill("SIGKILL");
    });
    await once(child, "close");
    told.push(...out.split("\n").slice(0, -1));
  }
  const entries = readAll(reader);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  const kept = entries.map(({ bytes }) => String(bytes).split(" ")[0]!);
  expect(new Set(kept).size).toBe(kept.length);
  const position = new Map(kept.map((name, index) => [name, index]));
  expect(told.filter((name) => !position.has(name))).toEqual([]);
  const order = told.map((name) => position.get(name)!);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(told.length).toBeGreaterThan(5_000);
  reader.close();
  const db = new Database(file);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
  rmSync(dir, { recursive: true });
});
