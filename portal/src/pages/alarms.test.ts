import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Viewer } from "../access/viewer.ts";
import type { PortalEnv } from "../deps.ts";
import { findAlarm, listAlarms } from "../read/alarms.ts";
import { shelveAlarm } from "../service-desk/shelve.ts";
import { pagesApp } from "./app.tsx";
import { all, textOf } from "./testing/find.ts";
import { buildPlant, type Plant } from "./testing/plant.ts";

const HOUR = 3_600_000;
let plant: Plant;
let pages: Hono<PortalEnv>;
let temperature: string;
let shelved: string;
beforeAll(async () => {
  plant = await buildPlant();
  pages = pagesApp(plant.deps);
  const { compressor, calm, dairy } = plant.machines;
  const now = plant.deps.clock();
  temperature = plant.raise({ assetId: compressor.id, deviceId: compressor.device, onset: now - HOUR / 2 });
  shelved = plant.raise({
    assetId: calm.id,
    deviceId: calm.device,
    alarmType: "vib:residual",
    tag: "vib",
    priority: 3,
    summary: "Vibration moves away from its baseline",
  });
  plant.raise({ assetId: dairy.id, deviceId: dairy.device, summary: "Dairy alarm", onset: now - 2 * HOUR });
  const input = { until: now + HOUR, reason: "words of the maker" };
  shelveAlarm(plant.deps.db, plant.people.engineer, shelved, input, now);
});
afterAll(() => plant.stop());

function as(viewer: Viewer): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", viewer);
    await next();
  });
  return app.route("/", pages);
}
const get = async (viewer: Viewer, path: string) => (await as(viewer).request(path)).text();
const titles = (html: string) =>
  [...html.matchAll(/data-open-row[^>]*>([^<]*)</g)].map((match) => textOf(match[1]!).trim());

test("the tabs count what calls, what nobody has acknowledged, and what is shelved", async () => {
  const text = textOf(await get(plant.people.engineer, "/alarms"));
  expect(text).toContain("2 active, 2 not acknowledged, 1 shelved");
  expect(text).toContain("Load: 1 in the last hour, plan ≤ 6");
  expect(titles(await get(plant.people.engineer, "/alarms?state=shelved"))).toEqual([
    "Vibration moves away from its baseline",
  ]);
  expect(titles(await get(plant.people.engineer, "/alarms"))).not.toContain(
    "Vibration moves away from its baseline",
  );
});

test("a customer sees its own alarms as they are, and nothing of shelving", async () => {
  for (const path of ["/alarms", "/alarms?state=shelved", `/assets/${plant.machines.calm.id}`]) {
    const html = await get(plant.people.owner, path);
    expect(textOf(html), path).not.toMatch(/shel[fv]/i);
    expect(html, path).not.toContain("words of the maker");
    expect(html, path).toContain("Vibration moves away from its baseline");
    expect(html, path).not.toContain("Dairy");
  }
});

test.each([
  ["q=compressor+12", ["Discharge temperature high: 105.7 °C, limit 105"]],
  ["q=alder", ["Dairy alarm"]],
  ["priority=1", []],
  ["q=100%25", []],
])("the filter %s", async (query, expected) => {
  expect(titles(await get(plant.people.engineer, `/alarms?${query}`))).toEqual(expected);
});

test("a row opens on cause, consequence, next step and two hours of its tag", async () => {
  const html = await get(plant.people.engineer, `/alarms?open=${temperature}`);
  expect(all(html, "dd")).toEqual(
    expect.arrayContaining([
      "Dust on the cooler fins",
      "Trip at 112 °C",
      "Clean the cooler, replace the oil filter",
    ]),
  );
  const [, from, to] = /data-from="(\d+)" data-to="(\d+)"/.exec(html)!;
  expect(Number(to) - Number(from)).toBe(2 * HOUR);
  expect(html).toContain('aria-expanded="true"');
});

test("a selection with one alarm of somebody else is acknowledged not at all", async () => {
  const dairy = listAlarms(plant.deps.db, plant.people.engineer, { q: "Dairy" }).items[0]!;
  const body = new URLSearchParams([
    ["id", temperature],
    ["id", dairy.id],
  ]);
  const answer = await as(plant.people.owner).request("/alarms/acknowledge", { method: "POST", body });
  expect(answer.status).toBe(404);
  expect(findAlarm(plant.deps.db, plant.people.engineer, temperature).acknowledgedAt).toBeNull();
});

test("an owner's undo takes back its own acknowledgement only", async () => {
  const post = (viewer: Viewer, path: string, fields: Record<string, string>) =>
    as(viewer).request(path, { method: "POST", body: new URLSearchParams(fields) });
  const { engineer, owner } = plant.people;
  await post(engineer, `/alarms/${temperature}/acknowledge`, {});
  const at = String(plant.deps.clock());
  await post(owner, "/alarms/unacknowledge", { at });
  expect(findAlarm(plant.deps.db, engineer, temperature).acknowledgedBy).toBe("Field Engineer");
  await post(engineer, "/alarms/unacknowledge", { at });
  expect(findAlarm(plant.deps.db, engineer, temperature).acknowledgedAt).toBeNull();
});

test("a machine's page keeps what is shelved in sight of the maker, and its history tells of it", async () => {
  const { calm } = plant.machines;
  const text = textOf(await get(plant.people.engineer, `/assets/${calm.id}`));
  expect(text).toMatch(/Shelved until 15:32 by Field Engineer: words of the maker/);
  const history = textOf(await get(plant.people.engineer, `/assets/${calm.id}?tab=history&kind=shelving`));
  expect(history).toContain("Field Engineer shelved vib:residual until 15:32");
  for (const tab of ["alarms", "tickets", "setup", "nonsense"]) {
    const response = await as(plant.people.engineer).request(`/assets/${calm.id}?tab=${tab}`);
    expect(response.status, tab).toBe(200);
  }
});
