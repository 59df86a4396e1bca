import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PortalEnv } from "../deps.ts";
import { pagesApp } from "./app.tsx";
import { textOf } from "./testing/find.ts";
import { buildPlant, type Plant } from "./testing/plant.ts";

let plant: Plant;
let app: Hono<PortalEnv>;
beforeAll(async () => {
  plant = await buildPlant();
  app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", plant.people.engineer);
    await next();
  });
  app.route("/", pagesApp(plant.deps));
});
afterAll(() => plant.stop());

const textAt = async (path: string) => textOf(await (await app.request(path)).text());
const post = (path: string, body: Record<string, string>) =>
  app.request(path, { method: "POST", body: new URLSearchParams(body) });

test("a gateway's page lists what sends through it, a device's what it told of itself", async () => {
  const made = async (body: Record<string, string>) => {
    const html = await (await post("/devices", { credential: "token", ...body })).text();
    return { html, id: /\/devices\/(dev_[\w-]+)\/status/.exec(html)![1]! };
  };
  const gateway = await made({ kind: "gateway", name: "Hall gateway" });
  const child = await made({ assetId: plant.machines.calm.id, gatewayId: gateway.id, name: "Compressor A" });
  expect(textOf(child.html)).toContain('{"Compressor A":[{"t_dis":75}]}');
  plant.telemetry.told = [{ device: child.id, attributes: { firmware: "4.2.1", ports: [1, 2] } }];
  expect(await textAt(`/devices/${gateway.id}`)).toContain("Compressor A");
  const text = await textAt(`/devices/${child.id}`);
  expect(text).toMatch(/firmware 4\.2\.1 .*ports \[1,2\]/);
  const renewed = await post(`/devices/${child.id}/credentials`, { kind: "secret" });
  expect(await renewed.text()).toMatch(/data-credential="secret">[\w-]{20,}</);
});
