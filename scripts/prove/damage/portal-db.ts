import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPortalDb, PORTAL_DB } from "@millwright/shared/db/open";
import { devices } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";

const DEVICES = 200;

/** What opening and reading the damaged database came to; SQLite has no checksums: `unnoticed` is a flip inside a value. */
export function damagePortalDb(dir: string, attempts: number, random: () => number) {
  const place = join(dir, "portal");
  mkdirSync(place);
  const file = join(place, PORTAL_DB);
  const db = openPortalDb(file);
  for (let i = 0; i < DEVICES; i++)
    db.insert(devices)
      .values({ id: `device-${i}`, name: `Device ${i}`, kind: "device", createdAt: i })
      .run();
  const expected = JSON.stringify(db.select().from(devices).all());
  db.$client.close();
  const sound = readFileSync(file);
  const count = { harmless: 0, refused: 0, unnoticed: 0, failed: 0 };
  for (let i = 0; i < attempts; i++) {
    const bytes = Buffer.from(sound);
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    writeFileSync(file, bytes);
    count[outcome(file, expected)]++;
  }
  return count;
}

function outcome(file: string, expected: string): "harmless" | "refused" | "unnoticed" | "failed" {
  try {
    const db = openPortalDb(file);
    try {
      return JSON.stringify(db.select().from(devices).all()) === expected ? "harmless" : "unnoticed";
    } finally {
      db.$client.close();
    }
  } catch (error) {
    return error instanceof Failure && error.message.includes("pnpm restore") ? "refused" : "failed";
  }
}
