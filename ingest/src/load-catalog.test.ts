import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@millwright/shared/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPortalCatalog } from "./load-catalog.ts";
import { model, tag } from "./testing/plant.ts";
import { addDevice, addGateway, addSite, seedPortal } from "./testing/portal-db.ts";

const PUMP = model(
  [tag("p", { limits: { high: 80, onDelayMs: 1000 } }), tag("code", { onChange: true, flatLine: false })],
  {
    running: { all: [{ tag: "p", above: 5 }], settleMs: 7 },
    failureModes: [{ code: "F1", title: "t", priority: 2, symptoms: ["p:high"] }],
  },
);
const log = createLog("ingest", "silent");
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "catalog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("before the portal's first start it is empty, and it finds the database once it is there", async () => {
  const catalog = openPortalCatalog(dir, log);
  catalog.refresh();
  expect(catalog.device("d1")).toBeUndefined();
  const db = seedPortal(dir, PUMP);
  addDevice(db, "d1");
  await expect.poll(() => catalog.device("d1")?.assetId).toBe("asset-d1");
  catalog.close();
  db.$client.close();
});

test("reads the model as the portal wrote it", () => {
  const db = seedPortal(dir, PUMP);
  addDevice(db, "d1");
  const catalog = openPortalCatalog(dir, log);
  const spec = catalog.device("d1")!.model!;
  expect(spec.tags.get("p")!.tag).toMatchObject({
    limits: { high: 80, onDelayMs: 1000 },
    span: { low: 0, high: 100 },
    flatLine: true,
  });
  expect(spec.tags.get("p")!.detectors.map((d) => d.name)).toEqual(["limit", "flat-line"]);
  expect(spec.tags.get("code")!.missingAfterMs).toBe(Number.POSITIVE_INFINITY);
  expect(spec.running).toEqual({ above: [5], staleAfterMs: [100_000], settleMs: 7 });
  expect(spec.priorityByAlarmType.get("p:high")).toBe(2);
  catalog.close();
  db.$client.close();
});

test("sees a device made a moment ago without waiting, and a change after a refresh; unchanged models keep their object", () => {
  const db = seedPortal(dir, PUMP);
  addDevice(db, "d1");
  const catalog = openPortalCatalog(dir, log);
  const before = catalog.device("d1")!.model;
  addDevice(db, "d2");
  expect(catalog.device("d2")?.assetId).toBe("asset-d2");
  expect(catalog.device("d1")!.model).toBe(before);
  const version = catalog.version;
  catalog.refresh();
  expect(catalog.version).toBe(version);
  db.$client.exec(
    "UPDATE model_tags SET span_high = 50 WHERE key = 'p'; UPDATE devices SET revoked_at = 5 WHERE id = 'd2'",
  );
  catalog.refresh();
  expect(catalog.device("d1")!.model!.tags.get("p")!.tag.span.high).toBe(50);
  expect(catalog.device("d2")!.revoked).toBe(true);
  catalog.close();
  db.$client.close();
});

test("a gateway with a site speaks for a machine of that site; revoked devices do not count", () => {
  const db = seedPortal(dir, PUMP);
  addSite(db, "s2");
  addGateway(db, "gw", "s2");
  addDevice(db, "d1", { gatewayId: "gw" });
  addDevice(db, "d2", { gatewayId: "gw", siteId: "s2" });
  addDevice(db, "d3", { gatewayId: "gw", siteId: "s2" });
  const catalog = openPortalCatalog(dir, log);
  expect(catalog.device("gw")).toMatchObject({ assetId: "asset-d2", machinesBehind: 3 });
  db.$client.exec("UPDATE devices SET revoked_at = 5 WHERE id IN ('d2', 'd3')");
  catalog.refresh();
  expect(catalog.device("gw")).toMatchObject({ assetId: "asset-d2", machinesBehind: 1 });
  catalog.close();
  db.$client.close();
});

test("children are found by gateway and name; the gateway's incident stands on its first child's asset", () => {
  const db = seedPortal(dir, PUMP);
  addGateway(db, "gw");
  addDevice(db, "d1", { gatewayId: "gw", name: "Pump A" });
  const catalog = openPortalCatalog(dir, log);
  expect(catalog.child("gw", "Pump A")).toBe("d1");
  expect(catalog.child("gw", "Pump B")).toBeUndefined();
  expect(catalog.child("d1", "Pump A")).toBeUndefined();
  expect(catalog.device("gw")).toMatchObject({ kind: "gateway", assetId: "asset-d1", model: null });
  catalog.close();
  db.$client.close();
});
