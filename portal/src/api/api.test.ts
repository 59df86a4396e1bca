import { encodeFinding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyEntries } from "../service-desk/findings.ts";
import { type Caller, ORIGIN, openTestApp, PASSWORD, type TestApp } from "../testing/app.ts";
import { finding, T0 } from "../testing/plant.ts";

const DAY = 86_400_000;

let t: TestApp;
let admin: Caller;
let ownerA: Caller;
let ownerB: Caller;

beforeEach(() => {
  t = openTestApp();
  admin = t.key("administrator");
  ownerA = t.key("owner", t.a.customerId);
  ownerB = t.key("owner", t.b.customerId);
});
afterEach(() => t.close());

type Row = { id: string; assetId?: string; customerId?: string | null; deviceId?: string };
type Answer = { items: Row[]; nextCursor: string | null };
const list = async (caller: Caller, path: string) =>
  (await (await t.call(caller, "GET", `/api/v1${path}`)).json()) as Answer;
const post = (caller: Caller, path: string, body: unknown) => t.call(caller, "POST", `/api/v1${path}`, body);

function raiseOnBoth(): void {
  const entries = [t.a.assetId, t.b.assetId].map((asset, i) => ({
    seq: i + 1,
    bytes: encodeFinding(finding(asset, "raised", "acc:high", T0, T0)),
  }));
  applyEntries(t.deps.db, entries, createLog("test", "silent"));
}

describe("a customer sees its own only", () => {
  it.each([
    ["/assets", (row: Answer["items"][number]) => row.customerId],
    ["/sites", (row) => row.customerId],
    ["/customers", (row) => row.id],
    ["/devices", (row) => row.customerId],
    ["/alarms", (row) => row.customerId],
    ["/tickets", (row) => row.customerId],
    ["/users", (row) => row.customerId],
  ] as [string, (row: Answer["items"][number]) => string | null | undefined][])(
    "in %s",
    async (path, customerOf) => {
      raiseOnBoth();
      await t.user("owner", t.a.customerId);
      await t.user("owner", t.b.customerId);
      const all = (await list(admin, path)).items.map(customerOf);
      expect(new Set(all)).toEqual(new Set([t.a.customerId, t.b.customerId]));
      const own = (await list(ownerA, path)).items.map(customerOf);
      expect(own.length).toBeGreaterThan(0);
      expect(new Set(own)).toEqual(new Set([t.a.customerId]));
      const asked = (await list(ownerA, `${path}?limit=200`)).items.length;
      expect(asked).toBe(own.length);
    },
  );

  it("in rejected messages, and in filters that name another customer", async () => {
    expect((await list(ownerA, "/rejected-messages")).items.map((m) => m.deviceId)).toEqual([t.a.deviceId]);
    expect((await list(ownerA, `/assets?customerId=${t.b.customerId}`)).items).toEqual([]);
    raiseOnBoth();
    expect((await list(ownerA, `/tickets?assetId=${t.b.assetId}`)).items).toEqual([]);
  });

  it("not what staff noted among themselves", async () => {
    raiseOnBoth();
    const { id } = (await list(ownerA, "/tickets")).items[0]!;
    await post(admin, `/tickets/${id}/comments`, { text: "for us", internal: true });
    await post(ownerA, `/tickets/${id}/comments`, { text: "It is loud" });
    const texts = async (who: Caller) => {
      const ticket = (await (await t.call(who, "GET", `/api/v1/tickets/${id}`)).json()) as {
        comments: { text: string }[];
        alarms: unknown[];
      };
      expect(ticket.alarms).toHaveLength(1);
      return ticket.comments.map((comment) => comment.text);
    };
    expect(await texts(admin)).toContain("for us");
    expect(await texts(ownerA)).not.toContain("for us");
    expect(await texts(ownerA)).toContain("It is loud");
    expect((await post(ownerA, `/tickets/${id}/comments`, { text: "x", internal: true })).status).toBe(403);
  });

  it("telemetry from the start of its own ownership", async () => {
    const now = Date.now();
    const from = now - DAY;
    t.telemetry.timeOfAll = now - 2 * DAY;
    const moved = await post(admin, `/assets/${t.a.assetId}/transfers`, { customerId: t.b.customerId, from });
    expect(moved.status).toBe(201);
    const latest = async (who: Caller) =>
      (
        (await (await t.call(who, "GET", `/api/v1/assets/${t.a.assetId}/latest`)).json()) as {
          values: unknown[];
        }
      ).values;
    expect(await latest(admin)).toHaveLength(1);
    expect(await latest(ownerB)).toHaveLength(0);
    const query = `/api/v1/assets/${t.a.assetId}/series?tags=acc&from=${now - 3 * DAY}&to=${now}`;
    const series = (await (await t.call(ownerB, "GET", query)).json()) as {
      series: { points: { time: number }[] }[];
    };
    expect(series.series[0]?.points.map((point) => point.time)).toEqual([from]);
    expect((await t.call(ownerA, "GET", query)).status).toBe(404);
  });
});

describe("answers", () => {
  it("name every field at fault", async () => {
    const answer = await post(admin, "/sites", {
      customerId: t.a.customerId,
      timeZone: "Mars/Base",
      moon: 1,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const { errors } = (await answer.json()) as { errors: { field: string }[] };
    expect(errors.map((error) => error.field).sort()).toEqual(["moon", "name", "timeZone"]);
  });

  it.each([
    ["an unknown role field", "/customers", { name: "X", role: "administrator" }, 400],
    ["a prototype key", "/customers", JSON.parse('{"name":"X","__proto__":{"polluted":1}}'), 400],
    ["a taken serial number", "/assets", null, 409],
    ["a site of another customer", "/assets", { siteOfB: true }, 400],
  ])("refuse %s", async (_, path, given, status) => {
    const asset = {
      serialNumber: given === null ? "SN-A" : "SN-NEW",
      name: "P",
      modelId: t.modelId,
      siteId: t.b.siteId,
      customerId: given === null ? t.b.customerId : t.a.customerId,
    };
    expect((await post(admin, path, path === "/assets" ? asset : given)).status).toBe(status);
    expect("polluted" in {}).toBe(false);
  });

  it("are 400 for malformed JSON, 415 for another kind of body, 413 for a large one, also in chunks", async () => {
    const send = (type: string, body: BodyInit) =>
      t.app.request(
        new Request(`${ORIGIN}/api/v1/customers`, {
          method: "POST",
          headers: { ...admin.headers, "content-type": type },
          body,
          duplex: "half",
        } as RequestInit),
      );
    expect((await send("application/json", "{bad")).status).toBe(400);
    expect((await send("text/plain", '{"name":"X"}')).status).toBe(415);
    const large = `{"name":"${"x".repeat(1_100_000)}"}`;
    expect((await send("application/json", large)).status).toBe(413);
    expect((await send("application/json", new Blob([large]).stream())).status).toBe(413);
  });

  it("come in pages that hold every row once", async () => {
    for (let i = 0; i < 7; i++) await post(admin, "/customers", { name: `Same name` });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await list(admin, `/customers?limit=3${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...page.items.map((row) => row.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
    expect((await t.call(admin, "GET", "/api/v1/customers?cursor=bm90aGluZw")).status).toBe(400);
  });

  it("describe themselves, every route with a summary", async () => {
    const doc = (await (await t.call(null, "GET", "/api/openapi.json")).json()) as {
      paths: Record<string, Record<string, { summary?: string; security?: unknown[] }>>;
    };
    const routes = t.app.routes.filter((r) => r.method !== "ALL" && r.path.startsWith("/api/v1"));
    for (const { method, path } of routes) {
      const described = doc.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
      expect(described?.summary, `${method} ${path}`).toBeTruthy();
      expect(described?.security, `${method} ${path}`).toBeTruthy();
    }
  });

  it("ask for an outcome before a ticket is resolved", async () => {
    raiseOnBoth();
    const { id } = (await list(ownerA, "/tickets?state=open")).items[0]!;
    const missing = await post(admin, `/tickets/${id}/moves`, { to: "resolved" });
    expect(missing.status).toBe(400);
    expect(((await missing.json()) as { errors: { field: string }[] }).errors.map((e) => e.field)).toEqual([
      "disposition",
      "resolution",
    ]);
    const outcome = { to: "resolved", disposition: "real", resolution: "New bearing." };
    expect((await post(admin, `/tickets/${id}/moves`, outcome)).status).toBe(200);
    expect((await post(admin, `/tickets/${id}/moves`, { to: "on-site" })).status).toBe(409);
    expect((await post(admin, `/tickets/${id}/moves`, { to: "closed" })).status).toBe(200);
    expect((await list(ownerA, "/tickets?state=open")).items).toEqual([]);
  });
});

describe("secrets", () => {
  it("are shown once and kept as hashes", async () => {
    const answer = (await (await post(admin, "/devices", { assetId: t.a.assetId })).json()) as {
      id: string;
      credential: { kind: string; token: string };
    };
    expect(answer.credential.token).toMatch(/^[0-9a-f]{40}$/);
    const secret = (await (
      await post(admin, "/devices", { assetId: t.a.assetId, credential: "secret" })
    ).json()) as {
      credential: { secret: string };
    };
    const user = (await (
      await post(admin, "/users", { email: "n@example.com", name: "N", role: "engineer" })
    ).json()) as { password: string };
    const dump = t.deps.db.$client
      .prepare(
        "select group_concat(hash) || (select group_concat(password) from account) || (select group_concat(detail) from audit_entries) || (select group_concat(hash) from api_keys) as all_text from device_credentials",
      )
      .get() as { all_text: string };
    expect(dump.all_text.length).toBeGreaterThan(100);
    for (const text of [
      answer.credential.token,
      secret.credential.secret,
      user.password,
      admin.headers.authorization!.slice(7),
    ]) {
      expect(text.length).toBeGreaterThan(15);
      expect(dump.all_text).not.toContain(text);
    }
  });

  it("a person signs in with the password it was given", async () => {
    await post(admin, "/users", {
      email: "New@Example.com",
      name: "N",
      role: "engineer",
      password: PASSWORD,
    });
    const form = { email: "new@example.com", password: PASSWORD };
    expect((await t.call(null, "POST", "/sign-in", form, true)).status).toBe(303);
  });
});
