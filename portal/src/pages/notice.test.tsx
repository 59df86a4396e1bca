import { Hono } from "hono";
import { expect, it } from "vitest";
import { UNATTENDED } from "../browser/unattended.ts";
import type { PortalEnv } from "../deps.ts";
import { Toasts } from "../views/toast.tsx";
import { redirectTelling, takeNotice } from "./notice.ts";
import { textOf } from "./testing/find.ts";

const app = new Hono<PortalEnv>()
  .post("/do", (c) =>
    redirectTelling(c, c.req.query("next"), {
      text: "View <b>North</b> deleted.",
      undo: { action: "/views/v1/restore", fields: { name: "North" } },
    }),
  )
  .get("/*", (c) => c.html(<Toasts notice={takeNotice(c)} path={c.req.path} />));

const told = async (cookie: string | undefined, headers: Record<string, string> = {}) =>
  app.request("/fleet", { headers: { ...(cookie ? { cookie } : {}), ...headers } });

async function press(next = "/fleet"): Promise<{ location: string | null; cookie: string }> {
  const answer = await app.request(`/do?next=${encodeURIComponent(next)}`, { method: "POST" });
  return {
    location: answer.headers.get("location"),
    cookie: answer.headers.getSetCookie()[0]!.split(";")[0]!,
  };
}

it("a notice is told on the next page with a plain form that undoes it, and taken from the browser", async () => {
  const { location, cookie } = await press();
  expect(location).toBe("/fleet");
  const page = await told(cookie);
  const html = await page.text();
  expect(textOf(html)).toContain("View <b>North</b> deleted.");
  expect(html).not.toContain("<b>North");
  expect(html).toMatch(/<form method="post" action="\/views\/v1\/restore"/);
  expect(html).toContain('name="name" value="North"');
  expect(html).toContain('name="next" value="/fleet"');
  expect(page.headers.getSetCookie()[0]).toMatch(/^notice=;.*Max-Age=0/);
  expect(textOf(await (await told(undefined)).text()).trim()).toBe("");
});

it("a page that reads itself again takes no notice away from the person", async () => {
  const { cookie } = await press();
  const page = await told(cookie, UNATTENDED);
  expect(page.headers.getSetCookie()).toEqual([]);
  expect(textOf(await page.text()).trim()).toBe("");
});

it("a cookie that the portal did not sign tells nothing", async () => {
  const { cookie } = await press();
  const forged = Buffer.from(JSON.stringify({ text: "Sign in again at evil.example" })).toString("base64url");
  for (const value of [`notice=${forged}.${cookie.split(".")[1]}`, "notice=x", `notice=${forged}`]) {
    expect(textOf(await (await told(value)).text()).trim()).toBe("");
  }
});

it("leads to this portal only", async () => {
  expect((await press("https://evil.example/")).location).toBe("/");
});
