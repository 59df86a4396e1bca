import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConstants, parseMap } from "./column-map.ts";
import { splitLine } from "./csv.ts";
import { readTime, replay } from "./replay.ts";
import { startTestBroker } from "./testing/broker.ts";

const dir = mkdtempSync(join(tmpdir(), "millwright-replay-"));
let broker: Awaited<ReturnType<typeof startTestBroker>>;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true });
});

const sentBy = (token: string) =>
  broker.received
    .filter((message) => message.token === token)
    .flatMap((message) => JSON.parse(message.payload) as { ts: number; values: Record<string, number> }[]);

test("a recording arrives row by row, converted, with its constants, moved so that it ends now", async () => {
  const file = join(dir, "a.csv.gz");
  writeFileSync(
    file,
    gzipSync(",Bearing 1,Bearing 2\n2004-02-12 10:32:39,1,2\n2004-02-12 10:42:39,3,\nbroken,4,5\n"),
  );
  const before = Date.now();
  const result = await replay({
    file,
    timeColumn: "",
    map: "Bearing 1=acc_pde*9.80665,Bearing 2=t*0.5-17.7",
    constants: "speed=2000",
    token: "a",
    mqtt: `127.0.0.1:${broker.port}`,
    shiftTo: "now",
  });
  expect(result).toMatchObject({ rows: 2, skipped: 1, values: 5, messages: 1 });
  expect(result.lastMs).toBeGreaterThanOrEqual(before);
  expect(sentBy("a")).toEqual([
    { ts: result.lastMs - 600_000, values: { acc_pde: 9.80665, t: -16.7, speed: 2000 } },
    { ts: result.lastMs, values: { acc_pde: 29.41995, speed: 2000 } },
  ]);
});

test("at a speed, rows go out in the rhythm of the recording", async () => {
  const file = join(dir, "b.csv");
  writeFileSync(file, "time;v\n2020-01-01 00:00:00;1\n2020-01-01 00:00:30;2\n2020-01-01 00:01:00;3\n");
  const start = Date.now();
  const result = await replay({
    file,
    timeColumn: "time",
    separator: ";",
    map: "v=x",
    token: "b",
    mqtt: `127.0.0.1:${broker.port}`,
    speed: 200,
    shiftTo: "none",
  });
  expect(Date.now() - start).toBeGreaterThanOrEqual(300);
  expect(result.messages).toBe(3);
  expect(sentBy("b").map((row) => row.ts)).toEqual(
    [0, 30_000, 60_000].map((ms) => Date.UTC(2020, 0, 1) + ms),
  );
});

test("mistakes are told in one sentence that names the option", async () => {
  const file = join(dir, "c.csv");
  writeFileSync(file, "time,v\n2020-01-01,1\n");
  const base = { file, timeColumn: "time", map: "v=x", token: "c", mqtt: `127.0.0.1:${broker.port}` };
  await expect(replay({ ...base, map: "w=x" })).rejects.toThrow(
    '--map: there is no column "w"; there are time, v',
  );
  await expect(replay({ ...base, timeColumn: "when" })).rejects.toThrow("--time-column");
  await expect(replay({ ...base, speed: 0 })).rejects.toThrow("--speed");
  await expect(replay({ ...base, shiftTo: "soon" })).rejects.toThrow("--shift-to");
  await expect(replay({ ...base, file: join(dir, "none.csv") })).rejects.toThrow("cannot be read");
  await expect(replay({ ...base, token: "refused" })).rejects.toThrow("refused the device's sign-in");
});

test("column maps, constants, times and cells are read as people write them", () => {
  expect(parseMap("A b=t_x*2+1, c=d,e=f-3,g=h*1e-3")).toEqual([
    { column: "A b", tag: "t_x", scale: 2, offset: 1 },
    { column: "c", tag: "d", scale: 1, offset: 0 },
    { column: "e", tag: "f", scale: 1, offset: -3 },
    { column: "g", tag: "h", scale: 0.001, offset: 0 },
  ]);
  expect(() => parseMap("a=b*x")).toThrow("--map");
  expect(parseConstants("speed=2000,flow=0")).toEqual({ speed: 2000, flow: 0 });
  expect(() => parseConstants("speed")).toThrow("--constant");
  expect(readTime("2020-01-01 00:00:00")).toBe(Date.UTC(2020, 0, 1));
  expect(readTime("2020-01-01T01:00:00+01:00")).toBe(Date.UTC(2020, 0, 1));
  expect(readTime("1577836800")).toBe(Date.UTC(2020, 0, 1));
  expect(readTime("nothing")).toBeNaN();
  expect(splitLine('a;"b;""c""";d', ";")).toEqual(["a", 'b;"c"', "d"]);
});
