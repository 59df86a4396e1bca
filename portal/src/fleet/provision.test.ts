import type { PortalDb } from "@millwright/shared/db/open";
import type { CredentialUse } from "@millwright/shared/wire/credential-use";
import type { ProvisionErrand } from "@millwright/shared/wire/provisioning";
import { provisionRequestSchema } from "@millwright/shared/wire/provisioning";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listAssets } from "../read/assets.ts";
import { listAudit } from "../read/audit.ts";
import { listDevices } from "../read/devices.ts";
import { findProvisioningKey } from "../read/provisioning.ts";
import { sha256Hex } from "../secrets.ts";
import { administrator, buildPlant, type Owned, openTestDb, T0, viewer } from "../testing/plant.ts";
import { createAsset } from "./assets.ts";
import { createProvisioner } from "./provision.ts";
import { createProvisioningKey, type ProvisioningKey, revokeProvisioningKey } from "./provisioning-keys.ts";

let db: PortalDb;
let a: Owned;
let b: Owned;
let modelId: string;
let now: number;
let used: Record<string, CredentialUse> | null;
let provision: ReturnType<typeof createProvisioner>;
let close: () => void;
beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a, b, modelId } = buildPlant(db));
  now = T0;
  used = {};
  const uses = async (ids: readonly string[]) =>
    used && Object.fromEntries(Object.entries(used).filter(([id]) => ids.includes(id)));
  provision = createProvisioner({ db, uses, clock: () => now });
});
afterEach(() => close());

const newKey = (more: { uses?: number; expiresAt?: number } = {}): ProvisioningKey =>
  createProvisioningKey(
    db,
    administrator,
    { name: "Batch 7", modelId, customerId: a.customerId, ...more },
    T0,
  );

const errand = (
  key: ProvisioningKey,
  deviceName: string,
  more: Record<string, unknown> = {},
): ProvisionErrand => ({
  request: provisionRequestSchema.parse({ ...key, deviceName, ...more }),
  certificate: null,
  address: "10.0.0.9",
});
const ask = (key: ProvisioningKey, deviceName: string, more: Record<string, unknown> = {}) =>
  provision(errand(key, deviceName, more));

const serials = () => listAssets(db, administrator).items.map(({ serialNumber }) => serialNumber);
const reasons = () =>
  listAudit(db, administrator)
    .items.filter(({ action }) => action === "provisioning.refused")
    .map(({ detail }) => detail?.reason);
const NOT_FOUND = { status: "NOT_FOUND", errorMsg: "Provision data was not found!" };

const liveHashes = (deviceId: string) =>
  db.$client
    .prepare("SELECT hash FROM device_credentials WHERE device_id = ? AND revoked_at IS NULL")
    .pluck()
    .all(deviceId);
const deviceNamed = (name: string) => listDevices(db, administrator).items.find((d) => d.name === name)!;

it("makes machine, device and token on the key's customer, model and site", async () => {
  const key = newKey();
  const answer = await ask(key, "P-101");
  expect(answer).toEqual({
    status: "SUCCESS",
    credentialsType: "ACCESS_TOKEN",
    credentialsValue: expect.stringMatching(/^[0-9a-f]{40}$/),
  });
  const asset = listAssets(db, viewer("owner", a.customerId)).items.find((i) => i.serialNumber === "P-101");
  expect(asset).toMatchObject({ modelId, siteId: a.siteId, customerId: a.customerId });
  expect(liveHashes(deviceNamed("P-101").id)).toEqual([
    sha256Hex(answer.status === "SUCCESS" ? String(answer.credentialsValue) : ""),
  ]);
  expect(findProvisioningKey(db, administrator, key.id)).toMatchObject({ used: 1, refused: 0 });
  expect(listAudit(db, administrator).items[0]).toMatchObject({
    action: "device.provisioned",
    customerId: a.customerId,
    detail: { name: "P-101", key: "Batch 7", address: "10.0.0.9" },
  });
});

it("refuses unknown, wrong, used up, expired and revoked keys with one answer, audited, and makes nothing", async () => {
  const key = newKey();
  await ask(key, "P-101");
  const before = serials();
  expect(await ask(key, "P-102")).toEqual(NOT_FOUND);
  expect(await ask({ ...key, provisionDeviceKey: "nobody" }, "P-103")).toEqual(NOT_FOUND);
  expect(await ask({ ...key, provisionDeviceSecret: "wrong" }, "P-103")).toEqual(NOT_FOUND);
  const brief = newKey({ expiresAt: T0 + 1000 });
  now = T0 + 1000;
  expect(await ask(brief, "P-104")).toEqual(NOT_FOUND);
  const revoked = newKey();
  revokeProvisioningKey(db, administrator, revoked.id, now);
  expect(await ask(revoked, "P-105")).toEqual(NOT_FOUND);
  expect(reasons()).toEqual(["revoked", "expired", "wrong-secret", "unknown-key", "used-up"]);
  expect(serials()).toEqual(before);
  expect(findProvisioningKey(db, administrator, key.id)).toMatchObject({
    refused: 2,
    lastRefusal: "wrong-secret",
  });
});

it("counts every refusal and audits the same one once a minute", async () => {
  const key = { ...newKey(), provisionDeviceSecret: "wrong" };
  for (let i = 0; i < 5; i++) await ask(key, `P-${i}`);
  expect(reasons()).toEqual(["wrong-secret"]);
  expect(findProvisioningKey(db, administrator, key.id).refused).toBe(5);
  now += 60_000;
  await ask(key, "P-9");
  expect(reasons()).toHaveLength(2);
});

it("gives a fresh credential to one that asks again, as long as nobody has signed in with the first", async () => {
  const key = newKey();
  const first = await ask(key, "P-101");
  const device = deviceNamed("P-101").id;
  const [earlier] = liveHashes(device);
  const second = await ask(key, "P-101");
  expect(second.status).toBe("SUCCESS");
  expect(second).not.toEqual(first);
  expect(liveHashes(device)).toHaveLength(1);
  expect(liveHashes(device)).not.toContain(earlier);
  expect(findProvisioningKey(db, administrator, key.id).used).toBe(1);

  const { id } = db.$client
    .prepare<[string], { id: string }>(
      "SELECT id FROM device_credentials WHERE device_id = ? AND revoked_at IS NULL",
    )
    .get(device)!;
  used = { [id]: { lastUsedAt: now, connections: 0 } };
  expect(await ask(key, "P-101")).toMatchObject({ status: "FAILURE" });
  expect(liveHashes(device)).toHaveLength(1);
  expect(reasons()).toEqual(["already-in-use"]);
  used = null;
  expect(await ask(key, "P-101")).toMatchObject({ status: "FAILURE", errorMsg: /later/ });
});

it("does not tell that a machine of another customer exists, and touches none that has a device", async () => {
  const key = newKey({ uses: 5 });
  for (const serial of ["SN-A", "SN-B"]) {
    expect(await ask(key, serial)).toEqual({ status: "FAILURE", errorMsg: "Failed to provision device!" });
  }
  expect(reasons()).toEqual(["serial-taken"]);
  expect(findProvisioningKey(db, administrator, key.id).used).toBe(0);
  const prepared = { name: "Pump 9", modelId, siteId: a.siteId, customerId: a.customerId };
  const assetId = createAsset(db, administrator, { ...prepared, serialNumber: "P-900" }, T0).id;
  expect(await ask(key, "P-900")).toMatchObject({ status: "SUCCESS" });
  expect(deviceNamed("P-900").assetId).toBe(assetId);
  expect(b.assetId).not.toBe(assetId);
});

it("takes what the device chose for itself when it is strong and nobody's", async () => {
  const key = newKey({ uses: 10 });
  const token = "a-token-of-its-own-0001";
  expect(await ask(key, "P-1", { credentialsType: "ACCESS_TOKEN", token })).toMatchObject({
    credentialsValue: token,
  });
  // The answer was lost: the same request with the same token changes nothing.
  expect(await ask(key, "P-1", { credentialsType: "ACCESS_TOKEN", token })).toMatchObject({
    credentialsValue: token,
  });
  expect(liveHashes(deviceNamed("P-1").id)).toEqual([sha256Hex(token)]);
  expect(await ask(key, "P-2", { token })).toMatchObject({ status: "FAILURE" });
  expect(await ask(key, "P-2", { token: "short" })).toMatchObject({ errorMsg: /^token: must be 16/ });

  const basic = {
    credentialsType: "MQTT_BASIC",
    clientId: "c1",
    username: "pump-3",
    password: "x".repeat(20),
  };
  expect(await ask(key, "P-3", basic)).toMatchObject({
    credentialsType: "MQTT_BASIC",
    credentialsValue: { clientId: "c1", userName: "pump-3", password: "x".repeat(20) },
  });
  const other = { ...basic, password: "y".repeat(20) };
  expect(await ask(key, "P-4", other)).toMatchObject({ status: "FAILURE" });
  expect(await ask(key, "P-4", { ...other, username: "provision" })).toMatchObject({ status: "FAILURE" });
  expect(await ask(key, "P-4", { ...other, username: a.deviceId })).toMatchObject({ status: "FAILURE" });
  expect(serials()).not.toContain("P-4");
  const made = await ask(key, "P-5", { credentialsType: "MQTT_BASIC" });
  expect(made).toMatchObject({ credentialsValue: { userName: deviceNamed("P-5").id } });

  const hash = "ab".repeat(32);
  expect(await ask(key, "P-6", { credentialsType: "X509_CERTIFICATE", hash })).toEqual({
    status: "SUCCESS",
    credentialsType: "X509_CERTIFICATE",
    credentialsValue: hash,
  });
  expect(await ask(key, "P-7", { credentialsType: "X509_CERTIFICATE" })).toMatchObject({
    errorMsg: "hash: is missing.",
  });
  const shown = {
    ...errand(key, "P-7", { credentialsType: "X509_CERTIFICATE" }),
    certificate: "cd".repeat(32),
  };
  expect(await provision(shown)).toMatchObject({ status: "SUCCESS", credentialsValue: "cd".repeat(32) });
});

it("makes a key single-use, for a month, for the customer's only site, and by the staff only", () => {
  expect(findProvisioningKey(db, administrator, newKey().id)).toMatchObject({
    uses: 1,
    siteId: a.siteId,
    expiresAt: T0 + 30 * 86_400_000,
  });
  const make = (more: object, by = administrator) =>
    createProvisioningKey(db, by, { name: "x", modelId, customerId: a.customerId, ...more }, T0);
  expect(() => make({ expiresAt: T0 })).toThrow(/future/);
  expect(() => make({ siteId: b.siteId })).toThrow(/no such site/);
  expect(() => make({}, viewer("owner", a.customerId))).toThrow(/may not/);
});
