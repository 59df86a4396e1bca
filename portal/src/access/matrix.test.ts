import { deviceCredentials, savedViews } from "@millwright/shared/db/schema";
import { encodeFinding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAsset } from "../fleet/assets.ts";
import { createDevice } from "../fleet/devices.ts";
import { createProvisioningKey } from "../fleet/provisioning-keys.ts";
import { createUser } from "../people/users.ts";
import { listAlarms } from "../read/alarms.ts";
import { listKeys } from "../read/keys.ts";
import { addAnnotation } from "../service-desk/annotations.ts";
import { applyEntries } from "../service-desk/findings.ts";
import { type Caller, openTestApp, type TestApp } from "../testing/app.ts";
import { administrator, finding, T0 } from "../testing/plant.ts";
import { createKey } from "./key.ts";
import { EXPECTED } from "./matrix.ts";

/**
 * Every route × every kind of caller, on things of customer A: the expected status stands in matrix.ts. A route
 * without a row fails, so does a row without a route. For what belongs to A, customer B gets 404, never 403: that
 * it exists is nobody else's business.
 */
let t: TestApp;
let callers: { column: number; caller: Caller | null; isKey: boolean; label: string }[];
let serial = 0;

beforeAll(async () => {
  t = openTestApp();
  const { a, b } = t;
  const people = [
    null,
    await t.user("owner", a.customerId),
    await t.user("viewer", a.customerId),
    await t.user("owner", b.customerId),
    await t.user("engineer"),
    await t.user("administrator"),
  ];
  const keys = [
    [1, t.key("owner", a.customerId)],
    [2, t.key("viewer", a.customerId)],
    [3, t.key("owner", b.customerId)],
    [4, t.key("engineer")],
    [5, t.key("administrator")],
  ] as const;
  const labels = ["anonymous", "owner of A", "viewer of A", "owner of B", "engineer", "administrator"];
  callers = [
    ...people.map((caller, column) => ({ column, caller, isKey: false, label: labels[column]! })),
    ...keys.map(([column, caller]) => ({ column, caller, isKey: true, label: `key of ${labels[column]}` })),
  ];
});
afterAll(() => t.close());

const routes = () => [
  ...new Set(t.app.routes.filter((r) => r.method !== "ALL").map((r) => `${r.method} ${r.path}`)),
];

/** A machine of customer A with a device, an alarm and its ticket, used by one call only. */
async function freshThings() {
  const { db } = t.deps;
  const n = ++serial;
  const { customerId, siteId } = t.a;
  const asset = { serialNumber: `F-${n}`, name: `Fresh ${n}`, modelId: t.modelId, siteId, customerId };
  const assetId = createAsset(db, administrator, asset, T0).id;
  const deviceId = createDevice(db, administrator, { assetId }, T0).id;
  const raised = finding(assetId, "raised", "acc:high", T0, T0);
  applyEntries(db, [{ seq: n, bytes: encodeFinding(raised) }], createLog("test", "silent"));
  const alarm = listAlarms(db, administrator, { assetId }).items[0]!;
  const person = { email: `fresh${n}@example.com`, name: "Fresh", role: "viewer" as const, customerId };
  const userId = (await createUser(t.deps, administrator, person, T0)).id;
  createKey(db, { role: "viewer", customerId, name: "fresh" }, T0 + n);
  const credential = db
    .select()
    .from(deviceCredentials)
    .where(eq(deviceCredentials.deviceId, deviceId))
    .get();
  const provisioningKey = { name: `Batch ${n}`, modelId: t.modelId, customerId, siteId };
  const provisioningId = createProvisioningKey(db, administrator, provisioningKey, Date.now()).id;
  const viewId = `view_${n}`;
  const savedView = {
    id: viewId,
    userId,
    customerId,
    team: true,
    page: "fleet" as const,
    name: "V",
    query: "",
  };
  db.insert(savedViews)
    .values({ ...savedView, createdAt: T0 })
    .run();
  const keyId = listKeys(db, administrator, { limit: 200 }).items.find((key) => key.createdAt === T0 + n)!.id;
  const noteId = addAnnotation(db, administrator, assetId, { text: "Cleaned", from: T0 }, T0).id;
  return {
    n,
    userId,
    noteId,
    viewId,
    keyId,
    credentialId: credential!.id,
    provisioningId,
    customerId,
    siteId,
    assetId,
    deviceId,
    alarmId: alarm.id,
    ticketId: alarm.ticketId!,
  };
}
type Things = Awaited<ReturnType<typeof freshThings>>;

const idFor = (path: string, f: Things): string => {
  const kind =
    /\/(customers|sites|models|assets|devices|alarms|tickets|users|keys|provisioning|provisioning-keys|views|annotations)\/:id/.exec(
      path,
    )?.[1];
  const byKind: Record<string, string> = {
    customers: f.customerId,
    sites: f.siteId,
    models: t.modelId,
    assets: f.assetId,
    devices: f.deviceId,
    alarms: f.alarmId,
    tickets: f.ticketId,
    users: f.userId,
    annotations: f.noteId,
    views: f.viewId,
    keys: f.keyId,
    provisioning: f.provisioningId,
    "provisioning-keys": f.provisioningId,
  };
  return byKind[kind ?? ""] ?? "main.js";
};

const model = (n: number) => ({
  key: `m${n}`,
  name: "M",
  tags: [{ key: "t", name: "T", unit: "1", span: { low: 0, high: 1 }, expectedIntervalMs: 1000 }],
});

/** A body each route takes, so that the status tells of the caller and not of the input. */
function bodyFor(route: string, f: Things): unknown {
  const path = route.replace("/api/v1", "");
  const isApi = route !== path;
  const bodies: Record<string, unknown> = {
    "POST /customers": { name: `C ${f.n}` },
    "POST /sites": { customerId: f.customerId, name: "S", timeZone: "Europe/Rome" },
    "POST /sites/:id/place": { place: "51.05, 13.74" },
    "POST /models": route.startsWith("POST /api") ? model(f.n) : { json: JSON.stringify(model(f.n)) },
    "POST /assets": {
      serialNumber: `N-${f.n}`,
      name: "N",
      modelId: t.modelId,
      siteId: f.siteId,
      customerId: f.customerId,
    },
    "POST /assets/:id/transfers": { customerId: t.b.customerId, from: T0 + 1 },
    "POST /devices": { assetId: f.assetId },
    "POST /devices/:id/credentials": { kind: "token" },
    "POST /alarms/:id/acknowledge": {},
    "POST /alarms/acknowledge": { id: f.alarmId },
    "POST /alarms/unacknowledge": { at: String(T0) },
    "POST /alarms/:id/unshelve": {},
    "POST /alarms/:id/shelve": {
      until: route.startsWith("POST /api") ? null : "once",
      reason: "Works on it",
    },
    "POST /assets/:id/annotations": { text: "Seen", from: isApi ? T0 : "2026-11-19T12:00" },
    "POST /annotations/:id": { text: "Said anew", from: isApi ? T0 : "2026-11-19T12:00" },
    "POST /annotations/:id/remove": {},
    "POST /annotations/:id/restore": {},
    "POST /tickets": { assetId: f.assetId, title: "Noise", description: "It is loud." },
    "POST /tickets/:id/acknowledge": {},
    "POST /tickets/:id/comments": { text: "Hello" },
    "POST /tickets/:id/moves": { to: "triaged" },
    "POST /tickets/:id/assignee": route.startsWith("POST /api") ? { assignee: null } : { assignee: "" },
    "POST /users": { email: `u${f.n}@example.com`, name: "U", role: "viewer", customerId: f.customerId },
    "POST /users/:id/password": {},
    "POST /users/:id/disable": {},
    "POST /account/password": { old: "not my password", password: "a password that is long" },
    "POST /provisioning-keys": { name: "P", modelId: t.modelId, customerId: f.customerId, siteId: f.siteId },
    "POST /provisioning": { name: "P", modelId: t.modelId, siteId: f.siteId, uses: "2", days: "30" },
    "POST /keys": { name: "k", role: "engineer" },
    "POST /keys/:id/revoke": {},
    "POST /sign-in": { email: `nobody${f.n}@example.com`, password: "wrong" },
    "POST /views": { page: "fleet", name: "V", query: "state=failure", team: "yes" },
    "POST /views/:id": { name: "W" },
    "POST /views/:id/delete": {},
    "POST /theme": { theme: "dark" },
    "POST /looked": { until: "1" },
    "POST /account/preferences": { singleKeys: "on" },
  };
  return bodies[path];
}

it("has a row for every route, and no row too many", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(routes().sort());
});

it.each(Object.entries(EXPECTED))("%s", async (route, row) => {
  const [method, path] = route.split(" ") as [string, string];
  const takesKeys = /^\/(api\/|live$|metrics$)/.test(path);
  const expected = row.split(" ").map(Number);
  // A list changes nothing; the other calls get things of their own.
  const shared = method === "GET" ? await freshThings() : null;
  const seen: Record<string, number> = {};
  const wanted: Record<string, number> = {};
  for (const { column, caller, isKey, label } of callers) {
    const things = shared ?? (await freshThings());
    // Signing out would end the session that the next rows need.
    const who = path === "/sign-out" && caller && !isKey ? await t.user("engineer") : caller;
    const query = /^\/(live|compare)/.test(path) ? `?assets=${things.assetId}` : "";
    const address = path
      .replace(/:(id|name)/, idFor(path, things))
      .replace(":credentialId", things.credentialId)
      .concat(query);
    const body = method === "POST" ? bodyFor(route, things) : undefined;
    const response = await t.call(who, method, address, body, !path.startsWith("/api/"));
    await response.body?.cancel();
    seen[label] = response.status;
    // A page takes no key: whoever comes with one is nobody.
    wanted[label] = expected[isKey && !takesKeys ? 0 : column]!;
  }
  expect(seen).toEqual(wanted);
});
