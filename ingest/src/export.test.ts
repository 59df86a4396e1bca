import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@millwright/shared/log";
import type { Extractor, ExtractRequest } from "@millwright/shared/telemetry/extract";
import { MOST_ROWS, ROWS_HEADER } from "@millwright/shared/telemetry/extract";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createExports } from "./export.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "millwright-export-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const log = createLog("test", "silent");
const request: ExtractRequest = {
  sources: [{ asset: "A", serial: "1", devices: ["d"], since: 0, units: {} }],
  from: 0,
  to: 100,
  resolution: "raw",
  format: "csv",
  zone: "UTC",
};

/** Writes one line a slice, or `bytes` of them; remembers what it was told. */
function played(slices: number, rowsEach = 1, bytes = 0) {
  const written: number[] = [];
  let ended = 0;
  const extractor: Extractor = {
    slices: async () =>
      Array.from({ length: slices }, (_, i) => ({ from: i * 10, to: (i + 1) * 10, rows: rowsEach })),
    async write(_query, { from }, { file, header }, signal) {
      signal.addEventListener("abort", () => ended++);
      signal.throwIfAborted();
      written.push(from);
      writeFileSync(file, bytes > 0 ? Buffer.alloc(bytes) : `${header ? "head\n" : ""}${from}\n`);
    },
  };
  return { extractor, written, ended: () => ended };
}

it("joins the slices to one file, tells its rows beforehand, and leaves nothing behind", async () => {
  const { extractor } = played(3, 7);
  const answer = await createExports({ extractor, dir, log }).answer(request);
  expect(answer.headers.get(ROWS_HEADER)).toBe("21");
  expect(await answer.text()).toBe("head\n0\n10\n20\n");
  expect(readdirSync(dir)).toEqual([]);
});

it("gives the first line of a CSV without rows, and a Parquet file in one piece", async () => {
  const none = played(0);
  expect(await (await createExports({ extractor: none.extractor, dir, log }).answer(request)).text()).toBe(
    "head\n0\n",
  );
  const many = played(5);
  await (
    await createExports({ extractor: many.extractor, dir, log }).answer({ ...request, format: "parquet" })
  ).text();
  expect(many.written).toEqual([0]);
});

it("writes no slice that the reader has not come to, and ends when the reader goes away", async () => {
  const { extractor, written, ended } = played(50, 1, 300_000);
  const answer = await createExports({ extractor, dir, log }).answer(request);
  const reader = answer.body!.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(written.length).toBeLessThanOrEqual(2);
  await reader.cancel();
  expect(ended()).toBeGreaterThan(0);
  expect(written.length).toBeLessThanOrEqual(2);
  expect(readdirSync(dir)).toEqual([]);
});

it("lets go of a reader that takes nothing, and gives its place to another", async () => {
  const { extractor } = played(50, 1, 300_000);
  const exports = createExports({ extractor, dir, log }, 30);
  const stuck = await Promise.all([1, 2, 3, 4].map(() => exports.answer(request)));
  await expect(exports.answer(request)).rejects.toMatchObject({ code: "unavailable" });
  await expect
    .poll(() =>
      exports.answer(request).then(
        (answer) => answer.body?.cancel(),
        () => false,
      ),
    )
    .not.toBe(false);
  for (const answer of stuck) await expect(answer.text()).rejects.toThrow();
  expect(readdirSync(dir)).toEqual([]);
});

it("refuses more rows than a file may have, and frees the place", async () => {
  const { extractor } = played(1, MOST_ROWS + 1);
  const exports = createExports({ extractor, dir, log });
  for (let i = 0; i < 6; i++)
    await expect(exports.answer(request)).rejects.toMatchObject({ code: "invalid", field: "to" });
});

it("a store that fails in the middle breaks the stream off", async () => {
  const { extractor } = played(3);
  const failing: Extractor = {
    ...extractor,
    write: (query, slice, target, signal) =>
      slice.from === 10 ? Promise.reject(new Error("gone")) : extractor.write(query, slice, target, signal),
  };
  const answer = await createExports({ extractor: failing, dir, log }).answer(request);
  await expect(answer.text()).rejects.toThrow("gone");
  expect(readdirSync(dir)).toEqual([]);
});

it("removes what an earlier run left, and nothing else", () => {
  mkdirSync(dir, { recursive: true });
  const left = ["extract-1-2.csv", "extract-1-2.parquet.scratch"];
  for (const name of [...left, "notes.csv"]) writeFileSync(join(dir, name), "");
  createExports({ extractor: played(0).extractor, dir, log });
  expect(left.some((name) => existsSync(join(dir, name)))).toBe(false);
  expect(readdirSync(dir)).toEqual(["notes.csv"]);
});
