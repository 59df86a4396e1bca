import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSqlite, schemaIn, schemaLevelIn } from "@millwright/shared/db/copy";
import { knownLevel } from "@millwright/shared/db/level";
import { openPortalDb, PORTAL_DB } from "@millwright/shared/db/open";
import { earlierDatabase, markAsNewer, ROWS, writesToMigrate } from "../earlier-database.ts";
import { killedAtWrite, migrateUnsafely, startPortal } from "../migrate.ts";
import { checklist, type Proof } from "../promise.ts";

/** Two cores. */
const AT_ONCE = 2;

/** The portal killed at a write of its own while it migrates a database of an earlier version, or makes its first. */
export const migrationKilled: Proof = {
  title: "kill -9 inside a migration leaves no half schema",
  async prove({ random, long }) {
    if (!straceWorks()) return { skipped: "strace is not installed, or may not trace here" };
    const { failures, expect } = checklist();
    const dir = mkdtempSync(join(tmpdir(), "prove-migration-"));
    try {
      const levels = referencesIn(dir);
      const newest = levels.length - 1;
      const attempts = Array.from({ length: long ? 20 : 4 }, (_, i) => {
        const level = (newest - 1 + i * (newest - 1)) % newest;
        const from = levels[level]!;
        return { i, level, from, write: 1 + Math.floor(random() * from.writes) };
      });
      let half = 0;
      let within = 0;
      const attempt = async ({ i, level, from, write }: (typeof attempts)[number]) => {
        const dataDir = join(dir, `attempt-${i}`);
        mkdirSync(dataDir);
        const file = join(dataDir, PORTAL_DB);
        if (level > 0) copyFileSync(from.file, file);
        const killed = await killedAtWrite(dataDir, write);
        const found = stateOf(file);
        if (found !== from.state && found !== levels[newest]!.state && !(level === 0 && isBlank(file)))
          half++;
        if (killed && found !== levels[newest]!.state) within++;
        // It opens as it does in the portal; in the short form the real one starts once.
        if (long || i === 0) {
          const { ended, said, stop } = await startPortal(dataDir);
          await stop();
          expect(ended === null, `the start after a kill at write ${write} from schema ${level}: ${said}`);
        } else openPortalDb(file).$client.close();
        expect(
          stateOf(file) === levels[newest]!.state,
          `after the start from schema ${level} the schema is not the newest`,
        );
        const rows = checkSqlite(file).customers;
        expect(level === 0 || rows === ROWS, `${rows} rows of ${ROWS} after the kill at write ${write}`);
      };
      let control = 0;
      const states = levels.map(({ state }) => state);
      await inLanes([
        ...attempts.map((one) => () => attempt(one)),
        () => refusesNewer(dir, levels[newest]!.file, expect),
        async () => {
          control = await halfWithoutTransaction(dir, states, random);
        },
      ]);
      expect(within > 0, "no kill came before the migration's commit");
      expect(control > 0, "the control, statement by statement, left no half schema");
      const note = `${within} of ${attempts.length} kills before the commit, from schemas 0 to ${newest - 1}; without a transaction: ${control} of 3 half`;
      return { attempts: attempts.length, lost: 0, doubled: 0, phantom: half, failures, note };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

function straceWorks(): boolean {
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI) throw new Error("strace is missing; in CI it must be there");
    return false;
  }
}

type Reference = { file: string; state: string; writes: number };

/** A database of each version, oldest first; 0 is an empty one. */
function referencesIn(dir: string): Reference[] {
  return Array.from({ length: knownLevel().migrations + 1 }, (_, level) => {
    const file = join(dir, `schema-${level}.db`);
    earlierDatabase(file, level);
    return { file, state: stateOf(file), writes: writesToMigrate(file) };
  });
}

/** Schema and level together: two states are the same only if both are. Throws when the file is damaged. */
function stateOf(file: string): string {
  checkSqlite(file);
  return JSON.stringify([schemaIn(file), schemaLevelIn(file)]);
}

/** A first start that has not come further than the list of migrations, which is made before them and is empty. */
const isBlank = (file: string) => schemaIn(file).length <= 1 && schemaLevelIn(file).migrations === 0;

async function inLanes(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks];
  const lane = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function refusesNewer(dir: string, newest: string, expect: (holds: boolean, sentence: string) => void) {
  const dataDir = join(dir, "newer");
  mkdirSync(dataDir);
  const file = join(dataDir, PORTAL_DB);
  copyFileSync(newest, file);
  markAsNewer(file);
  const before = stateOf(file);
  const portal = await startPortal(dataDir);
  await portal.stop();
  const known = knownLevel();
  expect(portal.ended === 1, `on a newer database the portal ended with ${portal.ended}`);
  const named = portal.said.includes(`schema ${known.migrations + 1}`) && portal.said.includes(known.newest);
  expect(named && portal.said.trim().split("\n").length === 1, `on a newer database it said: ${portal.said}`);
  expect(stateOf(file) === before, "a newer database was changed");
}

/** The control: the same statements, each for itself. How many of three kills leave neither version. */
async function halfWithoutTransaction(
  dir: string,
  states: readonly string[],
  random: () => number,
): Promise<number> {
  let half = 0;
  for (let i = 0; i < 3; i++) {
    const file = join(dir, `unsafe-${i}.db`);
    await migrateUnsafely(file, 20 + Math.floor(random() * 60));
    if (!states.includes(stateOf(file)) && !isBlank(file)) half++;
  }
  return half;
}
