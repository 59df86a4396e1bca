import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb } from "@millwright/shared/db/open";
import { createLog } from "@millwright/shared/log";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openCredentials } from "./credentials.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "broker-credentials-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function watched(file: string) {
  const log = createLog("broker", "silent");
  const warned = vi.spyOn(log, "warn");
  return { credentials: openCredentials(file, log), warned };
}

test("a database that has no tables yet is waited for without a warning", () => {
  const file = join(dir, "portal.db");
  const { credentials, warned } = watched(file);
  expect(credentials.find("token", undefined)).toBe("unavailable");
  const empty = new Database(file);
  empty.pragma("journal_mode = WAL");
  empty.close();
  expect(credentials.find("token", undefined)).toBe("unavailable");
  expect(credentials.changed()).toBe(false);
  openPortalDb(file).$client.close();
  expect(credentials.find("token", undefined)).toBe("unknown");
  expect(warned).not.toHaveBeenCalled();
  credentials.close();
});

test("a database that cannot be read is told once", () => {
  const file = join(dir, "portal.db");
  writeFileSync(file, "this is no database, and long enough to be read as one ".repeat(20));
  const { credentials, warned } = watched(file);
  for (let i = 0; i < 3; i++) expect(credentials.find("token", undefined)).toBe("unavailable");
  expect(warned).toHaveBeenCalledTimes(1);
  credentials.close();
});
