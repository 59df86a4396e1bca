import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApp, type TestApp } from "../testing/app.ts";

let t: TestApp;
beforeAll(() => {
  t = openTestApp();
});
afterAll(() => t.close());

test("a customer compares its own machines only: another's is not there", async () => {
  const owner = await t.user("owner", t.a.customerId);
  const both = `?assets=${t.a.assetId},${t.b.assetId}`;
  expect((await t.call(owner, "GET", `/compare${both}`)).status).toBe(404);
  expect((await t.call(owner, "GET", `/compare.csv${both}`)).status).toBe(404);
  expect((await t.call(owner, "GET", `/compare?assets=${t.a.assetId}`)).status).toBe(200);
});

test("small lines of another customer's machines are left out", async () => {
  const owner = await t.user("owner", t.a.customerId);
  const html = await (
    await t.call(owner, "GET", `/fleet/sparks?assets=${t.b.assetId},${t.a.assetId}`)
  ).text();
  expect(html).toContain(t.a.assetId);
  expect(html).not.toContain(t.b.assetId);
});

test("the file has a column for each tag and machine, on one axis", async () => {
  const engineer = await t.user("engineer");
  const query = `?assets=${t.a.assetId}&assets=${t.b.assetId}&tags=acc&range=24h`;
  const [head, ...rows] = (await (await t.call(engineer, "GET", `/compare.csv${query}`)).text())
    .trim()
    .split("\r\n");
  expect(head).toBe(
    'time UTC,"Acceleration, drive end (m/s²), Pump A SN-A","Acceleration, drive end (m/s²), Pump B SN-B"',
  );
  expect(rows.length).toBeGreaterThan(100);
  expect(rows[0]).toMatch(/Z,1,1$/);
});

test("a machine without an alarm cannot be aligned by one, and the page says so", async () => {
  const engineer = await t.user("engineer");
  const html = await (await t.call(engineer, "GET", `/compare?assets=${t.a.assetId}&align=alarm`)).text();
  expect(html).toContain("Without an alarm, so not shown: Pump A");
});
