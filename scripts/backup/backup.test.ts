import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberIn } from "@millwright/shared/db/copy";
import { openPortalDb } from "@millwright/shared/db/open";
import { readerOffsets } from "@millwright/shared/db/schema";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { openDuckdbStore } from "@millwright/shared/telemetry/duckdb";
import { SampleBatch } from "@millwright/shared/telemetry/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUp } from "./back-up.ts";
import { type Manifest, softwareVersion } from "./manifest.ts";
import { contradictions } from "./positions.ts";
import { putBack } from "./put-back.ts";

let dir: string;
let dataDir: string;
let to: string;
let back: string;
const say = () => undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backup-test-"));
  [dataDir, to, back] = ["data", "backup", "back"].map((name) => join(dir, name)) as [string, string, string];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** An installation whose programs are stopped: `findings` in the journal, `applied` of them by the portal. */
async function installation({ findings = 10, applied = 4, points = 5 } = {}): Promise<void> {
  mkdirSync(dataDir);
  const portal = openPortalDb(join(dataDir, "portal.db"));
  portal.insert(readerOffsets).values({ journal: "findings", seq: applied }).run();
  portal.$client.close();
  const journal = await openSqliteJournal({ file: join(dataDir, "findings.db") });
  const committed = Array.from({ length: findings }, (_, i) => {
    return new Promise<void>((resolve) => journal.append(Buffer.from(`finding ${i + 1}`), () => resolve()));
  });
  await Promise.all(committed);
  // The portal got further after its database was copied.
  journal.reportOffset("portal", findings);
  await journal.close();
  const store = await openDuckdbStore({ file: join(dataDir, "telemetry.duckdb") });
  const batch = new SampleBatch();
  for (let i = 0; i < points; i++) batch.push(store.series("d1", "flow"), 1_000 + i, i, 0);
  await store.write(batch, 0);
  await store.close();
}

const backedUp = () => backUp({ dataDir, to, say });
const restored = () => putBack({ from: to, dataDir: back, say });
const edit = (change: (manifest: Manifest) => Manifest) => {
  const file = join(to, "manifest.json");
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Manifest)));
};

describe("a backup restored", () => {
  it("holds what was there, for its owner only, and no secret of the programs", async () => {
    await installation();
    mkdirSync(join(dataDir, "run"));
    writeFileSync(join(dataDir, "run", "auth-secret"), "signs sessions");
    const manifest = await backedUp();
    await restored();
    expect(readdirSync(back).sort()).toEqual(["findings.db", "portal.db", "telemetry.duckdb"]);
    expect(manifest.files.find(({ name }) => name === "telemetry.duckdb")?.rows).toMatchObject({
      hot_1: 5,
      series: 1,
    });
    const reader = openSqliteReader(join(back, "findings.db"));
    expect(
      reader
        .read(0)
        .map(({ bytes }) => Buffer.from(bytes).toString())
        .at(-1),
    ).toBe("finding 10");
    reader.close();
    for (const name of readdirSync(back)) expect(statSync(join(back, name)).mode & 0o077, name).toBe(0);
  });

  it("keeps in a journal what the reader as it was copied has not got, whatever the reader reported since", async () => {
    await installation({ findings: 10, applied: 4 });
    await backedUp();
    await restored();
    const reported = "SELECT seq FROM readers WHERE name = 'portal'";
    expect(numberIn(join(dataDir, "findings.db"), "readers", reported)).toBe(10);
    expect(numberIn(join(back, "findings.db"), "readers", reported)).toBe(4);
  });
});

describe("a backup is refused", () => {
  it("into a folder that is not empty, or lies inside of what it backs up", async () => {
    await installation();
    mkdirSync(to);
    writeFileSync(join(to, "other"), "");
    await expect(backedUp()).rejects.toThrow("is not empty");
    expect(readdirSync(to)).toEqual(["other"]);
    await expect(backUp({ dataDir, to: join(dataDir, "backup"), say })).rejects.toThrow("inside DATA_DIR");
  });

  it("where there is no installation", async () => {
    mkdirSync(dataDir);
    await expect(backedUp()).rejects.toThrow("holds no installation");
    expect(existsSync(to)).toBe(false);
  });

  it("and leaves nothing behind, when a reader is ahead of its journal", async () => {
    await installation({ findings: 10, applied: 11 });
    await expect(backedUp()).rejects.toThrow("portal has read findings.db to 11, but the copy ends at 10");
    expect(readdirSync(to)).toEqual([]);
  });

  it("and leaves nothing behind, when it is ended", async () => {
    await installation();
    await expect(backUp({ dataDir, to, say, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(readdirSync(to)).toEqual([]);
  });
});

describe("a restore is refused, and the data folder stays as it was", () => {
  beforeEach(async () => {
    await installation();
    await backedUp();
  });
  const refused = async (sentence: string | RegExp) => {
    await expect(restored()).rejects.toThrow(sentence);
    expect(readdirSync(dir).filter((name) => name.includes("back-restoring"))).toEqual([]);
  };

  it("without a manifest, or with one that names a file elsewhere", async () => {
    edit((manifest) => ({ ...manifest, files: [{ name: "../portal.db", bytes: 1, sha256: "" }] }));
    await refused("is not the manifest of a backup");
    rmSync(join(to, "manifest.json"));
    await refused("is not a complete backup");
  });

  it("when a file has changed or is missing", async () => {
    appendFileSync(join(to, "findings.db"), "x");
    await refused("its checksum differs");
    rmSync(join(to, "findings.db"));
    await refused("findings.db is missing");
    expect(existsSync(back)).toBe(false);
  });

  it("from a newer version, which is named", async () => {
    edit((manifest) => ({ ...manifest, version: "99.1.0" }));
    await refused(`was made by version 99.1.0; this is ${softwareVersion()}`);
  });

  it("from a newer schema, which is named", async () => {
    edit((manifest) => ({ ...manifest, schema: { migrations: 98, newestAt: 9_999_999_999_999 } }));
    await refused("has schema 98 of a newer version");
  });

  it("into a folder that is not empty, or where the product runs", async () => {
    mkdirSync(join(back, "run"), { recursive: true });
    await refused("it is not empty");
    writeFileSync(join(back, "run", "broker.json"), JSON.stringify({ port: 1, pid: process.pid }));
    await refused("Millwright is running there");
    expect(readdirSync(back)).toEqual(["run"]);
  });
});

describe("copies fit together", () => {
  const at = (offset: number, trimmedThrough: number, head: number) => ({
    journal: "uplink.db",
    reader: "ingest",
    offset,
    trimmedThrough,
    head,
  });
  it.each([
    ["has read all", at(9, 0, 9), 0],
    ["has read what is trimmed, and no more", at(4, 4, 9), 0],
    ["is ahead of the journal", at(10, 0, 9), 1],
    ["needs what is trimmed", at(3, 4, 9), 1],
    ["has read nothing of nothing", at(0, 0, 0), 0],
  ])("when the reader %s", (_, position, count) => {
    expect(contradictions([position])).toHaveLength(count);
  });
});
