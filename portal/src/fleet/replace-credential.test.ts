import type { PortalDb } from "@millwright/shared/db/open";
import type { CredentialUse } from "@millwright/shared/wire/credential-use";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listAudit } from "../read/audit.ts";
import { listCredentials, listStillOld } from "../read/credentials.ts";
import { administrator, buildPlant, type Owned, openTestDb, T0, viewer } from "../testing/plant.ts";
import { endCredential, replaceCredential } from "./replace-credential.ts";

const DAY = 86_400_000;
let db: PortalDb;
let a: Owned;
let close: () => void;
let used: Record<string, CredentialUse>;
beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a } = buildPlant(db));
  used = {};
});
afterEach(() => close());

const uses = async () => used;
const shown = () => listCredentials({ db, uses }, administrator, a.deviceId);
const replace = (input: Parameters<typeof replaceCredential>[3], at = T0) =>
  replaceCredential(db, administrator, a.deviceId, input, at);

it("keeps the old one for seven days unless told otherwise, and never longer than it had", async () => {
  expect(replace({}, T0 + 1).oldUntil).toBe(T0 + 1 + 7 * DAY);
  replace({ kind: "secret", oldUntil: T0 + 30 * DAY }, T0 + 2);
  const [secret, token, first] = await shown();
  expect([secret!.kind, secret!.endsAt]).toEqual(["secret", null]);
  expect([token!.endsAt, first!.endsAt]).toEqual([T0 + 30 * DAY, T0 + 1 + 7 * DAY]);
  expect(listAudit(db, administrator, { subject: a.deviceId }).items[0]).toMatchObject({
    action: "device.credential-replaced",
    detail: { kind: "secret" },
  });
});

it("ends the old one now when asked to, and one of them by itself", async () => {
  const second = replace({ oldUntil: T0 }, T0 + 1);
  expect(second.oldUntil).toBeNull();
  const [, first] = await shown();
  expect(first!.endedAt).toBe(T0 + 1);
  endCredential(db, administrator, a.deviceId, second.id, T0 + 5);
  expect((await shown())[0]!.endedAt).toBe(T0 + 5);
  expect(() => endCredential(db, administrator, a.deviceId, "cred_of_another", T0)).toThrow(/no such/);
});

it("pins a certificate, and lets any with the device's name in for as long as the old ones work", async () => {
  const certificate = "AB:".repeat(31).concat("AB");
  expect(replace({ kind: "certificate", certificate }).credential).toEqual({
    kind: "certificate",
    fingerprint: "ab".repeat(32),
  });
  const pinned = (await shown()).filter(({ kind }) => kind === "certificate");
  expect(pinned.find(({ fingerprint }) => fingerprint === null)).toMatchObject({ endsAt: T0 + 7 * DAY });
  expect(() => replace({ kind: "certificate", certificate })).toThrow(/in use already/);
  expect(() => replace({ kind: "certificate", certificate: "no certificate" })).toThrow(/PEM/);
  expect(() => replace({ kind: "certificate" })).toThrow(/needed/);
  expect(() => replace({ kind: "token", certificate })).toThrow(/only/);
});

it("is for the staff, for devices in use, and for 90 days at most", () => {
  const owner = viewer("owner", a.customerId);
  expect(() => replaceCredential(db, owner, a.deviceId, {}, T0)).toThrow(/may not/);
  expect(() => replace({ oldUntil: T0 + 91 * DAY })).toThrow(/90 days/);
});

it("names the devices that still sign in with one that ends", async () => {
  const [first] = await shown();
  replace({});
  expect(await listStillOld({ db, uses }, administrator, T0)).toEqual([]);
  used = { [first!.id]: { lastUsedAt: T0, connections: 1 } };
  expect(await listStillOld({ db, uses }, administrator, T0)).toMatchObject([
    { deviceId: a.deviceId, endsAt: T0 + 7 * DAY },
  ]);
  expect(await listStillOld({ db, uses }, administrator, T0 + 7 * DAY)).toEqual([]);
});
