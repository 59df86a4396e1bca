import { afterEach, beforeEach, expect, it } from "vitest";
import { raiseTicket } from "../service-desk/tickets.ts";
import { openTestApp, type TestApp } from "../testing/app.ts";
import { administrator, T0 } from "../testing/plant.ts";

let t: TestApp;
beforeEach(() => {
  t = openTestApp();
});
afterEach(() => t.close());

const linesOf = async (answer: Response) => (await answer.text()).trimEnd().split("\r\n");

it("gives every row of the filtered list, beyond the page that is shown, and no one else's", async () => {
  for (let i = 0; i < 230; i++)
    raiseTicket(
      t.deps.db,
      administrator,
      { assetId: t.a.assetId, title: `=A${i}`, description: "x" },
      T0 + i,
    );
  raiseTicket(t.deps.db, administrator, { assetId: t.b.assetId, title: "secret", description: "x" }, T0);
  const owner = await t.user("owner", t.a.customerId);
  const answer = await t.call(owner, "GET", "/tickets?state=all&format=csv");
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="tickets_[\d-]+\.csv"$/);
  const lines = await linesOf(answer);
  expect(lines[0]).toMatch(/^\ufeff?number,title,state/);
  expect(lines).toHaveLength(231);
  expect(lines[1]).toContain(",'=A229,");
  expect(lines.join()).not.toContain("secret");
  expect(await linesOf(await t.call(owner, "GET", "/tickets?state=closed&format=csv"))).toHaveLength(1);
});

it.each(["/fleet", "/alarms", "/tickets", "/audit", "/rejected-messages"])(
  "%s links to itself as a file",
  async (path) => {
    const engineer = await t.user("engineer");
    const page = await (await t.call(engineer, "GET", `${path}?q=x&page=2`)).text();
    expect(page.includes(`href="${path}?q=x&amp;format=csv"`)).toBe(true);
    const file = await t.call(engineer, "GET", `${path}?format=csv`);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect((await linesOf(file)).length).toBeGreaterThan(0);
  },
);
