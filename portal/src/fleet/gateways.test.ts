import type { PortalDb } from "@millwright/shared/db/open";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findDevice, listDevices } from "../read/devices.ts";
import { administrator, buildPlant, type Owned, openTestDb, T0, viewer } from "../testing/plant.ts";
import { createDevice } from "./devices.ts";

let db: PortalDb;
let a: Owned;
let b: Owned;
let close: () => void;
beforeEach(() => {
  ({ db, close } = openTestDb());
  ({ a, b } = buildPlant(db));
});
afterEach(() => close());

const gateway = (name: string, siteId?: string) =>
  createDevice(db, administrator, { kind: "gateway", name, ...(siteId ? { siteId } : {}) }, T0).id;
const seenBy = (customerId: string) =>
  listDevices(db, viewer("owner", customerId)).items.map(({ name }) => name);

it("a gateway with a site belongs to that site's customer, whatever stands behind it", () => {
  const id = gateway("GW-A", a.siteId);
  createDevice(db, administrator, { assetId: b.assetId, gatewayId: id, name: "stranger" }, T0);
  expect(findDevice(db, administrator, id)).toMatchObject({
    siteId: a.siteId,
    siteName: "Site A",
    customerId: a.customerId,
    customerName: "Customer A",
  });
  expect(seenBy(a.customerId)).toEqual(["GW-A", "SN-A"]);
  expect(seenBy(b.customerId)).toEqual(["SN-B", "stranger"]);
  expect(listDevices(db, administrator, { customerId: a.customerId }).items.map(({ name }) => name)).toEqual([
    "GW-A",
    "SN-A",
  ]);
});

it("a gateway without a site stands where the devices behind it stand", () => {
  const id = gateway("GW-B");
  expect(findDevice(db, administrator, id).customerId).toBeNull();
  createDevice(db, administrator, { assetId: b.assetId, gatewayId: id, name: "child" }, T0);
  expect(findDevice(db, administrator, id)).toMatchObject({ siteId: null, customerId: b.customerId });
  expect(seenBy(b.customerId)).toContain("GW-B");
  expect(seenBy(a.customerId)).not.toContain("GW-B");
});

it("a device has no site of its own, and no gateway stands on a site that is not there", () => {
  expect(() => createDevice(db, administrator, { assetId: a.assetId, siteId: a.siteId }, T0)).toThrow(
    /stands where its asset stands/,
  );
  expect(() => gateway("GW", "site_none")).toThrow(/no such site/);
});
