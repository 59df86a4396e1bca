import { afterAll, beforeAll, expect, test } from "vitest";
import { listViews } from "../read/saved-views.ts";
import { search } from "../read/search.ts";
import { type Caller, openTestApp, type TestApp } from "../testing/app.ts";
import { pieces } from "../views/search-results.tsx";

let t: TestApp;
let ownerA: Caller;
let viewerA: Caller;
let ownerB: Caller;
let engineer: Caller;
beforeAll(async () => {
  t = openTestApp();
  ownerA = await t.user("owner", t.a.customerId);
  viewerA = await t.user("viewer", t.a.customerId);
  ownerB = await t.user("owner", t.b.customerId);
  engineer = await t.user("engineer");
});
afterAll(() => t.close());

const page = async (caller: Caller, path: string) => (await t.call(caller, "GET", path)).text();

test("a customer's search finds its own machines, sites and tickets only", async () => {
  const ticket = { assetId: t.a.assetId, title: "Pump A is loud", description: "It is loud." };
  expect((await t.call(ownerA, "POST", "/api/v1/tickets", ticket)).status).toBe(201);
  const own = await page(ownerA, "/search?q=pump");
  expect(own).toContain(`/assets/${t.a.assetId}`);
  expect(own).toContain("is loud");
  for (const q of ["pump", "site", "loud", "sn-", "t-1", "customer"]) {
    for (const path of ["/search", "/search/suggest"]) {
      const foreign = await page(ownerB, `${path}?q=${q}`);
      for (const word of ["SN-A", "Site A", "Customer A", "is loud", t.a.assetId]) {
        expect(foreign, `${path} ${q}`).not.toContain(word);
      }
    }
  }
});

test("tags are found by name and by key, where the viewer has a machine of the model", () => {
  const of = (q: string, customerId: string | null) =>
    search(
      t.deps.db,
      { id: "x", name: "x", role: customerId ? "owner" : "engineer", customerId, kind: "user" },
      q,
      5,
    ).tags.items.map(({ key, machines }) => `${key} ${machines}`);
  expect(of("bearing", null)).toEqual(["temp 2"]);
  expect(of("acc", t.a.customerId)).toEqual(["acc 1"]);
  expect(of("acc", "nobody")).toEqual([]);
});

test("a private view is its maker's alone; a team view is for the colleagues of one side", async () => {
  const save = (caller: Caller, name: string, team: "yes" | "no") =>
    t.call(caller, "POST", "/views", { page: "fleet", name, query: "state=failure", team }, true);
  await save(ownerA, "Mine alone", "no");
  await save(ownerA, "Ours at A", "yes");
  await save(engineer, "The maker's", "yes");
  const fleetOfA = await page(viewerA, "/fleet");
  expect(fleetOfA).toContain("Ours at A");
  for (const [caller, foreign] of [
    [viewerA, "Mine alone"],
    [viewerA, "The maker"],
    [ownerB, "Ours at A"],
    [engineer, "Ours at A"],
  ] as const) {
    expect(await page(caller, "/fleet"), `${caller.label} ${foreign}`).not.toContain(foreign);
  }
  expect(await page(ownerA, "/fleet")).toContain("Mine alone");
});

test("a changed view offers to be saved or reset; a deleted one comes back by undo", async () => {
  const who = await t.user("engineer");
  const form = (path: string, body: Record<string, string>) => t.call(who, "POST", path, body, true);
  const saved = await form("/views", { page: "fleet", name: "Hot ones", query: "state=failure", team: "no" });
  const at = saved.headers.get("location")!;
  expect(at).toMatch(/^\/fleet\?state=failure&view=view_/);
  const id = at.split("view=")[1]!;
  const changed = await page(who, `/fleet?state=check&view=${id}`);
  expect(changed).toContain('name="query" value="state=check"');
  expect(changed).toContain("Reset");
  await form(`/views/${id}`, { query: "state=check" });
  const gone = await form(`/views/${id}/delete`, {});
  expect(await page(who, "/fleet")).not.toContain("Hot ones");
  const notice = gone.headers.getSetCookie().find((cookie) => cookie.startsWith("notice="))!;
  const body = JSON.parse(Buffer.from(notice.slice(7).split(".")[0]!, "base64url").toString());
  await form(body.undo.action, body.undo.fields);
  expect(await page(who, "/fleet")).toContain("Hot ones");
});

test("a view with a script for a name stays words, one without a name is refused", async () => {
  const who = await t.user("engineer");
  const form = (body: Record<string, string>) => t.call(who, "POST", "/views", body, true);
  await form({ page: "fleet", name: "<script>x</script>", query: '"><img src=x>', team: "no" });
  const html = await page(who, "/fleet");
  expect(html).not.toContain("<script>x");
  expect(html).not.toContain("<img");
  expect((await form({ page: "fleet", name: " ", query: "", team: "no" })).status).toBe(400);
  expect((await form({ page: "audit", name: "x", query: "", team: "no" })).status).toBe(400);
});

test("a key has no views", () => {
  expect(
    listViews(t.deps.db, { id: "k", name: "k", role: "engineer", customerId: null, kind: "key" }),
  ).toEqual([]);
});

test.each([
  ["Pump 12", ["pu"], "[Pu]mp 12"],
  ["Pump pump", ["um", "mp"], "P[ump] p[ump]"],
  ["Pump", [], "Pump"],
  ["İstanbul", ["i"], "İstanbul"],
])("the matched letters of %s by %j are %s", (text, words, marked) => {
  expect(
    pieces(text, words)
      .map(({ part, hit }) => (hit ? `[${part}]` : part))
      .join(""),
  ).toBe(marked);
});
