import { session } from "@millwright/shared/db/schema";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Caller, ORIGIN, openTestApp, PASSWORD, type TestApp } from "../testing/app.ts";
import { rememberAddress } from "./address.ts";
import { createAuth } from "./auth.ts";
import { signIn, signOut, viewerOf } from "./session.ts";

const MIN = 60_000;
let t: TestApp;
let engineer: Caller;

beforeEach(async () => {
  t = openTestApp();
  engineer = await t.user("engineer");
});
afterEach(() => t.close());

const request = (caller?: Caller) => new Request(ORIGIN, { headers: caller?.headers ?? {} });

describe("a session", () => {
  it("ends after 30 idle minutes, on the server", async () => {
    t.moveClock(29 * MIN);
    expect((await viewerOf(t.deps, request(engineer)))?.role).toBe("engineer");
    t.moveClock(29 * MIN);
    expect(await viewerOf(t.deps, request(engineer))).not.toBeNull();
    t.moveClock(31 * MIN);
    expect(await viewerOf(t.deps, request(engineer))).toBeNull();
    t.moveClock(-31 * MIN);
    expect(await viewerOf(t.deps, request(engineer))).toBeNull();
  });

  it("is not kept alive by what a page does by itself", async () => {
    t.moveClock(20 * MIN);
    expect(await viewerOf(t.deps, request(engineer), { touch: false })).not.toBeNull();
    t.moveClock(11 * MIN);
    expect(await viewerOf(t.deps, request(engineer))).toBeNull();
  });

  it("ends after 12 hours however busy", async () => {
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      expect(await viewerOf(t.deps, request(engineer)), `after ${minutes} min`).not.toBeNull();
      t.moveClock(20 * MIN);
    }
    t.moveClock(1000);
    expect(await viewerOf(t.deps, request(engineer))).toBeNull();
  });

  it.each([
    ["31 idle minutes", 31, 31],
    ["12 busy hours", 20, 12 * 60],
  ])(
    "lives through a clock that is set back, and ends after %s as ever",
    async (_, stepMinutes, endsAfter) => {
      const at = Date.now() + 10 * 1440 * MIN;
      const then = { updatedAt: new Date(at), expiresAt: new Date(at + 720 * MIN) };
      t.deps.db.update(session).set(then).run();
      let minutes = 0;
      while (await viewerOf(t.deps, request(engineer))) {
        expect(minutes, "the session has ended").toBeLessThan(endsAfter);
        t.moveClock(stepMinutes * MIN);
        minutes += stepMinutes;
      }
      expect(minutes).toBe(endsAfter);
    },
  );

  it("ends with signing out: the old cookie is worth nothing", async () => {
    const removed = await signOut(t.deps, request(engineer));
    expect(removed.join()).toMatch(/millwright=;.*Max-Age=0/i);
    expect(await viewerOf(t.deps, request(engineer))).toBeNull();
  });

  it("cannot be made up: a cookie with another signature is nobody", async () => {
    const cookie = engineer.headers.cookie!;
    const forged = {
      label: "",
      headers: { cookie: `${cookie.slice(0, cookie.indexOf(".") + 1)}${"A".repeat(43)}%3D` },
    };
    expect(await viewerOf(t.deps, request(engineer))).not.toBeNull();
    expect(await viewerOf(t.deps, request(forged))).toBeNull();
  });

  it("has a cookie no script and no other site gets; over https a __Host- one", async () => {
    const email = "engineer1@example.com";
    const plain = await signIn(t.deps, { email, password: PASSWORD, request: request() });
    expect(plain.ok && plain.setCookie.join()).toMatch(
      /^millwright=[^;]+;.*Path=\/.*HttpOnly.*SameSite=Lax/i,
    );
    const auth = createAuth({
      db: t.deps.db,
      secret: "y".repeat(43),
      publicUrl: "https://x.example",
      passwordStrength: 8,
    });
    const secure = await signIn({ ...t.deps, auth }, { email, password: PASSWORD, request: request() });
    const cookie = secure.ok ? secure.setCookie.join() : "";
    expect(cookie).toMatch(/^__Host-millwright=/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).not.toMatch(/Domain/i);
  });
});

describe("tries", () => {
  const attempt = (email: string, password: string, address?: string) => {
    const from = request();
    if (address) rememberAddress(from, address);
    return signIn(t.deps, { email, password, request: from });
  };

  it("are ten per account in 15 minutes, then even the right password waits", async () => {
    for (let i = 0; i < 10; i++)
      expect(await attempt("engineer1@example.com", "wrong")).toMatchObject({ status: 401 });
    expect(await attempt(" Engineer1@example.com", PASSWORD)).toMatchObject({ ok: false, status: 429 });
    t.moveClock(15 * MIN + 1);
    expect(await attempt("engineer1@example.com", PASSWORD)).toMatchObject({ ok: true });
  });

  it("are ten per address, an IPv6 network counting as one", async () => {
    for (let i = 0; i < 10; i++) await attempt(`nobody${i}@example.com`, "wrong", `2001:db8:0:1::${i}`);
    expect(await attempt("other@example.com", "x", "2001:db8:0:1:ffff::1")).toMatchObject({ status: 429 });
    expect(await attempt("other@example.com", "x", "2001:db8:0:2::1")).toMatchObject({ status: 401 });
  });

  it("that succeed are not counted against the address a whole office shares, nor wipe out its failures", async () => {
    const office = "192.0.2.7";
    for (let i = 0; i < 12; i++)
      expect(await attempt("engineer1@example.com", PASSWORD, office)).toMatchObject({ ok: true });
    for (let i = 0; i < 9; i++) await attempt(`nobody${i}@example.com`, "wrong", office);
    expect(await attempt("engineer1@example.com", PASSWORD, office)).toMatchObject({ ok: true });
    expect(await attempt("nobody@example.com", "wrong", office)).toMatchObject({ status: 401 });
    expect(await attempt("engineer1@example.com", PASSWORD, office)).toMatchObject({ status: 429 });
  });

  it("tell the same of a wrong password and of nobody", async () => {
    const wrong = await attempt("engineer1@example.com", "wrong");
    expect(await attempt("nobody@example.com", "wrong")).toEqual(wrong);
    expect(await attempt("not an address", "wrong")).toEqual(wrong);
  });
});

describe("a request that another site made", () => {
  it.each([
    ["its origin", { origin: "https://evil.example" }],
    ["the browser's word", { origin: ORIGIN, "sec-fetch-site": "cross-site" }],
    ["a sibling's", { origin: ORIGIN, "sec-fetch-site": "same-site" }],
    ["nothing at all", { origin: undefined }],
  ])("is refused by %s", async (_, told) => {
    const headers = new Headers({ ...engineer.headers, "content-type": "application/json" });
    for (const [name, value] of Object.entries(told)) if (value) headers.set(name, value);
    const body = JSON.stringify({ name: "X" });
    const answer = await t.app.request(`${ORIGIN}/api/v1/customers`, { method: "POST", headers, body });
    expect(answer.status).toBe(403);
    headers.set("origin", ORIGIN);
    headers.delete("sec-fetch-site");
    expect(
      (await t.app.request(`${ORIGIN}/api/v1/customers`, { method: "POST", headers, body })).status,
    ).toBe(201);
  });
});
