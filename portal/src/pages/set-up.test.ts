import { afterEach, beforeEach, expect, it } from "vitest";
import { listModels } from "../read/models.ts";
import { type Caller, openTestApp, type TestApp } from "../testing/app.ts";
import { administrator } from "../testing/plant.ts";
import { textOf } from "./testing/find.ts";

let t: TestApp;
let engineer: Caller;
beforeEach(async () => {
  t = openTestApp();
  engineer = await t.user("engineer");
});
afterEach(() => t.close());

const post = (path: string, values: Record<string, string>) => t.call(engineer, "POST", path, values, true);
const page = async (path: string) => (await t.call(engineer, "GET", path, undefined, true)).text();
const models = () => listModels(t.deps.db, administrator).items;

const row = (index: number, values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([part, value]) => [`tags.${index}.${part}`, value]));
const pressure = {
  key: "p",
  name: "Pressure",
  unit: "bar",
  "span.low": "0",
  "span.high": "16",
  expectedIntervalMs: "10",
  "limits.high": "8,7",
};

it("a model is described by rows; rows left empty are nothing", async () => {
  const answer = await post("/models", { name: "Pump", key: "P-1", rows: "4", ...row(2, pressure) });
  expect(answer.status).toBe(303);
  expect(models().find((model) => model.key === "P-1")).toMatchObject({
    name: "Pump",
    tags: [
      {
        key: "p",
        name: "Pressure",
        unit: "bar",
        span: { low: 0, high: 16 },
        expectedIntervalMs: 10_000,
        limits: { high: 8.7 },
      },
    ],
  });
});

it("what is wrong stands under its own row, and what was typed stays", async () => {
  const bad = { ...pressure, key: "no spaces", "span.high": "high" };
  const answer = await post("/models", { name: "Pump", key: "P-1", rows: "4", ...row(3, bad) });
  expect(answer.status).toBe(422);
  const html = await answer.text();
  const fault = /id="tag-3-error">([^<]+)</.exec(html)?.[1];
  expect(fault).toMatch(/Key: .*Range to: /);
  expect(html).toContain('value="no spaces"');
  expect(html).not.toContain('id="tag-0-error"');
});

it("a model without tags is refused in words", async () => {
  const answer = await post("/models", { name: "Pump", key: "P-1", rows: "4" });
  expect(textOf(await answer.text())).toContain("A model needs at least one tag.");
});

it("more rows come without script, and keep what was typed", async () => {
  const html = await (
    await post("/models", { more: "1", rows: "4", name: "Half", ...row(0, pressure) })
  ).text();
  expect(html).toContain('name="tags.7.key"');
  expect(html).toContain('value="Pressure"');
  expect(models().some((model) => model.name === "Half")).toBe(false);
});

it("JSON is taken whole, and its faults are named", async () => {
  const tags = [{ key: "t", name: "T", unit: "1", span: { low: 0, high: 1 }, expectedIntervalMs: 1000 }];
  const json = JSON.stringify({ key: "J-1", name: "From JSON", tags, failureModes: [] });
  expect((await post("/models", { json })).status).toBe(303);
  expect(textOf(await (await post("/models", { json })).text())).toContain("There is a model J-1 already.");
  expect(textOf(await (await post("/models", { json: "{" })).text())).toContain("Is not JSON");
  const without = JSON.stringify({ key: "J-2", name: "X", tags: [{ ...tags[0], unit: "" }] });
  expect(textOf(await (await post("/models", { json: without })).text())).toContain("tags.0.unit:");
});

it("an empty installation says what comes next, step by step", async () => {
  const { db } = t.deps;
  for (const table of [
    "device_credentials",
    "devices",
    "ownerships",
    "assets",
    "sites",
    "model_tags",
    "models",
  ]) {
    db.$client.exec(`delete from ${table}`);
  }
  expect(await page("/")).toMatch(/1 of 5 done[\s\S]*class="btn p" href="\/sites\/new\?customer=/);
  expect(await page("/assets/new")).toContain('href="/sites/new"');
  expect(await page("/assets/new")).toContain('href="/models/new"');
  expect(await page("/models")).toContain("Describe the first model");
});
