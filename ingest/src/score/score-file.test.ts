import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTime, splitLine } from "./csv.ts";
import { type Scored, scoreFile } from "./score-file.ts";
import { multivariateScorer, noveltyScorer } from "./scorers.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millwright-score-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Options = { fitRows?: number; why?: boolean; column?: string };

async function score(text: string, options: Options = {}): Promise<{ lines: string[]; told: Scored }> {
  const [from, to] = [join(folder, "in.csv"), join(folder, "out.csv")];
  await writeFile(from, text);
  const { fitRows, why = false, column } = options;
  const told = await scoreFile(from, to, (head) =>
    fitRows === undefined
      ? noveltyScorer(head, { why, ...(column !== undefined && { column }) })
      : multivariateScorer(head, { fitRows, why }),
  );
  return { lines: (await readFile(to, "utf8")).trimEnd().split("\n"), told };
}

const stamp = (minutes: number) =>
  new Date(Date.UTC(2026, 2, 1) + minutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
/** 300 quiet rows of 20 to 22, then 90 for ten rows. */
const jump = Array.from({ length: 310 }, (_, i) => `${stamp(5 * i)},${i < 300 ? 20 + (i % 3) : 90}`);

describe("scoring a recording", () => {
  test("golden: one alarm where the value leaves all it has seen, and every row as it was", async () => {
    const { lines } = await score(["timestamp,value", ...jump].join("\n"), { why: true });
    expect(lines[0]).toBe("timestamp,value,anomaly_score,label,why");
    expect(lines.slice(1).map((line) => line.split(",").slice(0, 2).join(","))).toEqual(jump);
    const labelled = lines.filter((line) => line.split(",")[3] === "1");
    expect(labelled).toHaveLength(1);
    expect(labelled[0]).toMatch(
      /^2026-03-02 01:00:00,90,[\d.]+,1,"value 90 is above all seen in 300 samples, the highest was 22"$/,
    );
  });

  test("blank and broken values, repeated and backward times, gaps and CRLF keep their rows and score 0", async () => {
    const rows = [
      "2026-03-01 00:00:00,1",
      "2026-03-01 00:00:00,2",
      "2026-03-01 00:05:00,",
      "2026-02-28 00:05:00,NaN",
      "no time,3",
      "2026-03-09 00:05:00,broken",
      "2026-03-09 00:05:00",
      "2026-03-09 00:06:00,4",
    ];
    const { lines, told } = await score(`\uFEFFtimestamp,value\r\n${rows.join("\r\n")}\r\n`);
    expect(told).toEqual({ rows: 8, unreadable: 4 });
    expect(lines.slice(1).every((line, i) => line.startsWith(`${rows[i]},`))).toBe(true);
    for (const i of [2, 3, 5, 6]) expect(lines[i + 1]).toBe(`${rows[i]},0,0`);
  });

  test("unreadable rows do not change the scores of the others", async () => {
    const scores = (lines: readonly string[]) =>
      lines.slice(1).map((line) => line.split(",").slice(-2).join());
    const clean = scores((await score(["timestamp,value", ...jump].join("\n"))).lines);
    const holes = jump.flatMap((line, i) => (i % 50 === 7 ? [line, `${stamp(5 * i)},`] : [line]));
    const { lines } = await score(["timestamp,value", ...holes].join("\n"));
    expect(scores(lines.filter((line) => !/,,0,0$/.test(line)))).toEqual(clean);
  });

  test("a semicolon file without a header, and a column chosen by name", async () => {
    const bare = await score("1700000000;5\n1700000060;6\n");
    expect(bare.lines[0]).toBe("time;column 2;anomaly_score;label");
    expect(bare.lines).toHaveLength(3);
    const named = await score("t,a,b\n1700000000,x,5\n", { column: "b" });
    expect(named.told.unreadable).toBe(0);
  });

  test("multivariate: the alarm is on while tags move apart, and the verdict columns are not looked at", async () => {
    const row = (i: number, apart: boolean, verdict: number) =>
      `${stamp(i)};${Math.sin(i)};${Math.sin(i) + (apart ? 1.5 : 0) + 0.1 * Math.cos(7 * i)};${verdict}`;
    const table = (verdict: (i: number) => number) =>
      ["time;a;b;anomaly", ...Array.from({ length: 300 }, (_, i) => row(i, i >= 250, verdict(i)))].join("\n");
    const { lines } = await score(
      table(() => 0),
      { fitRows: 100 },
    );
    expect(lines[0]).toBe("time;a;b;anomaly;anomaly_score;alarm");
    const alarms = lines.slice(1).map((line) => line.split(";")[5]);
    expect(alarms.slice(0, 250).every((alarm) => alarm === "0")).toBe(true);
    expect(alarms.slice(260).every((alarm) => alarm === "1")).toBe(true);
    const told = (
      await score(
        table((i) => (i % 2 === 0 ? 1 : 0)),
        { fitRows: 100 },
      )
    ).lines;
    expect(told.slice(1).map((line) => line.split(";")[5])).toEqual(alarms);
  });

  test("a bad file is refused in one sentence and leaves no output", async () => {
    await expect(score("")).rejects.toThrow("holds no row of data");
    await expect(score("just text\nmore\n")).rejects.toThrow("the first line has one column");
    await expect(score("timestamp,value\n2026-03-01,x\n")).rejects.toThrow("no row has a number");
    await expect(score("a,b\0\n")).rejects.toThrow("is not a text file");
    await expect(score("t,a\n1,2\n", { column: "b" })).rejects.toThrow("There is no column named b");
    await expect(scoreFile(join(folder, "none.csv"), join(folder, "x.csv"), () => never())).rejects.toThrow(
      "is not a file that can be read",
    );
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

function never(): never {
  throw new Error("not reached");
}

test("times: ISO with and without zone, epoch seconds and ms", () => {
  const at = Date.UTC(2026, 2, 1, 12);
  for (const text of [
    "2026-03-01 12:00:00",
    "2026-03-01T12:00",
    "2026-03-01T13:00:00+01:00",
    String(at),
    String(at / 1000),
  ])
    expect(readTime(text)).toBe(at);
  expect(readTime("")).toBeNaN();
  expect(readTime("yesterday")).toBeNaN();
});

test("a quoted field may hold the separator and doubled quotes", () => {
  expect(splitLine('a,"b, ""c""",d', ",")).toEqual(["a", 'b, "c"', "d"]);
});
