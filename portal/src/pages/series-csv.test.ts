import { expect, test } from "vitest";
import { seriesCsv } from "./series-csv.ts";

const tag = (key: string, name: string, unit: string) => ({
  key,
  name,
  unit,
  span: { low: 0, high: 150 },
  expectedIntervalMs: 10_000,
});
const point = (time: number, mean: number) => ({
  time,
  min: mean - 1,
  max: mean + 1,
  mean,
  last: mean,
  count: 6,
});
const head = {
  title: "Compressor 12",
  subtitle: "KC-75",
  from: Date.UTC(2026, 10, 19),
  to: Date.UTC(2026, 10, 20),
  zone: "Europe/Berlin",
  bucketMs: 60_000,
  drawnAt: Date.UTC(2026, 10, 20),
};
const at = Date.UTC(2026, 10, 19, 14);

test("says what it is, then one row a bucket, and an empty cell is no data", () => {
  const csv = seriesCsv(
    head,
    [tag("t", "temperature", "Cel"), tag("p", "pressure", "bar")],
    [
      { tag: "t", unit: "Cel", points: [point(at, 84.2), point(at + 60_000, -3)] },
      { tag: "p", unit: "bar", points: [point(at, 7)] },
    ],
  );
  const lines = csv.replace("\ufeff", "").trimEnd().split("\r\n");
  expect(lines.slice(0, 4)).toEqual([
    "# Compressor 12",
    "# KC-75",
    "# 2026-11-19T00:00:00.000Z to 2026-11-20T00:00:00.000Z",
    "# Local times: Europe/Berlin",
  ]);
  const table = lines.filter((line) => !line.startsWith("#") && !line.startsWith('"#'));
  expect(table[0]).toContain("time UTC,local time,Temperature (°C) mean,Temperature (°C) min");
  expect(table.slice(1)).toEqual([
    "2026-11-19T14:00:00.000Z,2026-11-19 15:00,84.2,83.2,85.2,84.2,6,7,6,8,7,6",
    "2026-11-19T14:01:00.000Z,2026-11-19 15:01,-3,-4,-2,-3,6,,,,,",
  ]);
});

test("a name is never a formula, and commas stay in their cell", () => {
  const csv = seriesCsv(
    head,
    [tag("t", '=cmd|"x",1', "1")],
    [{ tag: "t", unit: "1", points: [point(at, 1)] }],
  );
  expect(csv).toContain(`"'=cmd|""x"",1 mean"`);
});
