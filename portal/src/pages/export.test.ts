import { ROWS_HEADER } from "@millwright/shared/telemetry/extract";
import { afterEach, beforeEach, expect, it } from "vitest";
import { transferAsset } from "../fleet/transfer.ts";
import { listAudit } from "../read/audit.ts";
import { openTestApp, type TestApp } from "../testing/app.ts";
import { administrator } from "../testing/plant.ts";

let t: TestApp;
beforeEach(() => {
  t = openTestApp();
});
afterEach(() => t.close());

const path = (query: string, id = t.a.assetId) => `/api/v1/assets/${id}/export${query}`;
const owner = () => t.key("owner", t.a.customerId);

it("hands out a file with its rows, a name that tells what it is, and an entry in the audit log", async () => {
  const answer = await t.call(
    owner(),
    "GET",
    path("?from=2026-01-01&to=2026-02-01&format=parquet&tags=acc,x"),
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get(ROWS_HEADER)).toBe("1");
  expect(answer.headers.get("content-type")).toBe("application/vnd.apache.parquet");
  expect(answer.headers.get("content-disposition")).toMatch(
    /^attachment; filename="[\w.-]+_2026-01-01_2026-02-01_raw\.parquet"$/,
  );
  expect(await answer.text()).toBe("time\n1\n");
  expect(t.telemetry.extracted).toMatchObject([{ tags: ["acc", "x"], resolution: "raw" }]);
  const [entry] = listAudit(t.deps.db, administrator, { subject: t.a.assetId }).items;
  expect(entry).toMatchObject({
    action: "telemetry.exported",
    detail: { format: "parquet", rows: 1, tags: "acc,x" },
  });
});

it("asks for nothing from before the reader's ownership", async () => {
  const since = Date.now() - 3_600_000;
  transferAsset(
    t.deps.db,
    administrator,
    t.b.assetId,
    { customerId: t.a.customerId, from: since },
    Date.now(),
  );
  await (await t.call(owner(), "GET", path("?from=0", t.b.assetId))).text();
  await (await t.call(t.key("engineer"), "GET", path("?from=0", t.b.assetId))).text();
  expect(t.telemetry.extracted.map((request) => request.sources[0]!.since)).toEqual([since, 0]);
});

it("takes several machines, unless one of them is not the reader's to see", async () => {
  const both = path(`?also=${t.b.assetId}`);
  const mine = await t.call(t.key("engineer"), "GET", both);
  expect(mine.headers.get("content-disposition")).toContain("_and-1-more_");
  expect((await t.call(owner(), "GET", both)).status).toBe(404);
  expect((await t.call(owner(), "GET", `/assets/${t.a.assetId}/export?also=${t.b.assetId}`)).status).toBe(
    303,
  );
  expect(t.telemetry.extracted).toHaveLength(1);
});

it.each([
  ["?from=2026-02-01&to=2026-01-01", "to"],
  ["?from=2200-01-01&to=2200-01-02", "from"],
  ["?zone=Mars/Olympus", "zone"],
  ["?format=xls", "format"],
])("refuses %s, naming the field", async (query, field) => {
  const answer = await t.call(owner(), "GET", path(query));
  expect([answer.status, ((await answer.json()) as { field: string }).field]).toEqual([400, field]);
});

it("lets an account take two files at once, and a third when one has ended or was given up", async () => {
  const key = owner();
  const [first, second] = [await t.call(key, "GET", path("")), await t.call(key, "GET", path(""))];
  const third = await t.call(key, "GET", path(""));
  expect(third.status).toBe(503);
  // Another account is not kept waiting.
  await (await t.call(t.key("engineer"), "GET", path(""))).text();
  await first.body!.cancel();
  const again = await t.call(key, "GET", path(""));
  expect(again.status).toBe(200);
  await again.text();
  await second.text();
});

it("the form keeps what was typed and says what is wrong with it", async () => {
  const person = await t.user("viewer", t.a.customerId);
  const query =
    "?from=2026-02-02T10%3A00&to=2026-02-01T10%3A00&zone=Europe%2FBerlin&resolution=1h&format=parquet";
  const answer = await t.call(person, "GET", `/assets/${t.a.assetId}/export/file${query}`);
  const html = await answer.text();
  expect(answer.status).toBe(422);
  expect(html).toContain("Must be after the start.");
  expect(html).toContain('value="2026-02-02T10:00"');
  expect(html).toMatch(/value="parquet" selected/);
});

it("reads the form's times in its zone", async () => {
  const person = await t.user("viewer", t.a.customerId);
  const query = "?from=2026-01-01T00%3A00&to=2026-01-02T00%3A00&zone=Asia%2FKathmandu";
  const answer = await t.call(person, "GET", `/assets/${t.a.assetId}/export/file${query}`);
  await answer.text();
  expect(t.telemetry.extracted[0]).toMatchObject({
    from: Date.parse("2025-12-31T18:15Z"),
    to: Date.parse("2026-01-01T18:15Z"),
    zone: "Asia/Kathmandu",
  });
});
