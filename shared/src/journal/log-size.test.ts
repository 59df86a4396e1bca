import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteJournal } from "./sqlite.ts";

it("keeps the write-ahead log small, however small the commits are", async () => {
  const dir = mkdtempSync(join(tmpdir(), "journal-log-"));
  const file = join(dir, "uplink.db");
  const journal = await openSqliteJournal({ file });
  const commit = () =>
    new Promise<void>((resolve, reject) =>
      journal.append(Buffer.alloc(100), (error) => (error ? reject(error) : resolve())),
    );
  // One record a commit: about 9 kB of log each, 18 MB of it were it never brought into the file.
  for (let i = 0; i < 2_000; i++) await commit();
  expect(statSync(`${file}-wal`).size).toBeLessThan(8_000_000);
  await journal.close();
  rmSync(dir, { recursive: true });
});
