import { afterEach, beforeEach, expect, it } from "vitest";
import { listAudit } from "../read/audit.ts";
import { listKeys } from "../read/keys.ts";
import { listUsers } from "../read/users.ts";
import { signIn } from "../sign-in/session.ts";
import { type Caller, ORIGIN, openTestApp, PASSWORD, type TestApp } from "../testing/app.ts";
import { administrator } from "../testing/plant.ts";

let t: TestApp;
let admin: Caller;
let owner: Caller;
let engineer: Caller;

beforeEach(async () => {
  t = openTestApp();
  admin = await t.user("administrator");
  owner = await t.user("owner", t.a.customerId);
  engineer = await t.user("engineer");
});
afterEach(() => t.close());

const person = (role: string) =>
  listUsers(t.deps.db, administrator).items.find((user) => user.role === role)!;
const tryToSignIn = (email: string, password: string) =>
  signIn(t.deps, { email, password, request: new Request(ORIGIN) });
const isIn = async (caller: Caller) => (await t.call(caller, "GET", "/", undefined, true)).status === 200;
const secretOf = (html: string) => /data-secret="">([^<]+)</.exec(html)![1]!;
const actions = () => listAudit(t.deps.db, administrator).items.map((entry) => entry.action);

it("a new password is shown once, works, and ends the old one and its sessions", async () => {
  const { id, email } = person("owner");
  const answer = await t.call(admin, "POST", `/users/${id}/password`, {}, true);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const password = secretOf(await answer.text());
  expect(await isIn(owner)).toBe(false);
  expect(await tryToSignIn(email, PASSWORD)).toMatchObject({ ok: false });
  expect(await tryToSignIn(email, password)).toMatchObject({ ok: true });
  expect(actions()).toContain("user.password-reset");
});

it("without sign-in a person is out everywhere until somebody makes a new password", async () => {
  const { id, email } = person("owner");
  expect((await t.call(admin, "POST", `/users/${id}/disable`, {}, true)).status).toBe(303);
  expect(await isIn(owner)).toBe(false);
  expect(await tryToSignIn(email, PASSWORD)).toMatchObject({ ok: false, status: 401 });
  expect(person("owner").canSignIn).toBe(false);
  expect(await (await t.call(admin, "GET", "/users", undefined, true)).text()).toContain("Cannot sign in");
  const password = secretOf(await (await t.call(admin, "POST", `/users/${id}/password`, {}, true)).text());
  expect(await tryToSignIn(email, password)).toMatchObject({ ok: true });
});

it("nobody takes their own way in", async () => {
  const { id } = person("administrator");
  for (const what of ["password", "disable"]) {
    expect((await t.call(admin, "POST", `/users/${id}/${what}`, {}, true)).status).toBe(409);
  }
  expect(await isIn(admin)).toBe(true);
});

it("everybody changes their own with the old one, goes on signed in, and is out elsewhere", async () => {
  const { email } = person("engineer");
  const elsewhere = await tryToSignIn(email, PASSWORD);
  const other = {
    label: "",
    headers: { cookie: elsewhere.ok ? elsewhere.setCookie[0]!.split(";")[0]! : "" },
  };
  expect(await isIn(other)).toBe(true);
  const change = (old: string, password: string) =>
    t.call(engineer, "POST", "/account/password", { old, password }, true);
  expect(await (await change("not it", "another long password")).text()).toContain(
    "Does not match your password.",
  );
  expect((await change(PASSWORD, "too short")).status).toBe(422);
  const done = await change(PASSWORD, "another long password");
  expect(done.status).toBe(303);
  const cookie = done.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  expect(await isIn({ label: "", headers: { cookie } })).toBe(true);
  expect([await isIn(engineer), await isIn(other)]).toEqual([false, false]);
  expect(await tryToSignIn(email, PASSWORD)).toMatchObject({ ok: false });
});

it("guessing the old password is as slow as at the door", async () => {
  const change = (old: string) =>
    t.call(engineer, "POST", "/account/password", { old, password: "another long password" }, true);
  for (let i = 0; i < 10; i++) await change(`guess ${i}`);
  expect(await (await change(PASSWORD)).text()).toContain("Too many tries");
});

it("a key is shown once, works with its role, and stops at once", async () => {
  const made = await t.call(
    admin,
    "POST",
    "/keys",
    { name: "ERP", role: "viewer", customerId: t.a.customerId },
    true,
  );
  const program = { label: "", headers: { authorization: `Bearer ${secretOf(await made.text())}` } };
  const assets = async () => (await t.call(program, "GET", "/api/v1/assets")).status;
  expect(await assets()).toBe(200);
  expect((await t.call(program, "POST", "/api/v1/customers", { name: "X" })).status).toBe(403);
  const [key] = listKeys(t.deps.db, administrator).items;
  expect(key).toMatchObject({ name: "ERP", role: "viewer", customerId: t.a.customerId });
  await t.call(admin, "POST", `/keys/${key!.id}/revoke`, {}, true);
  expect(await assets()).toBe(401);
  expect(actions().slice(0, 2)).toEqual(["key.revoked", "key.created"]);
  const wrong = await t.call(admin, "POST", "/keys", { name: "ERP", role: "viewer" }, true);
  expect(await wrong.text()).toContain("A viewer key belongs to a customer.");
});

it("the audit page says who did what, to what", async () => {
  const { id } = person("owner");
  await t.call(admin, "POST", `/users/${id}/disable`, {}, true);
  const html = await (await t.call(engineer, "GET", `/audit?subject=${id}`, undefined, true)).text();
  expect(html).toContain("User sign in disabled");
  expect(html).toContain(`href="/users/${id}"`);
  expect(html).not.toContain("Key created");
});
