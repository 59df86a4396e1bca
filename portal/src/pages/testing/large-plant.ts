import { Hono } from "hono";
import type { PortalEnv } from "../../deps.ts";
import { pagesApp } from "../app.tsx";
import { seedLargeFleet } from "./large-fleet.ts";
import { buildPlant } from "./plant.ts";

/** The test plant with so many machines more, and its pages as an engineer sees them. */
export async function openLargeFleet(machines: number) {
  const plant = await buildPlant({ clock: () => Date.now() });
  seedLargeFleet(plant.deps.db, plant.telemetry, { machines, modelId: plant.model, now: Date.now() });
  const statusByDevice = new Map(plant.telemetry.statuses.map((status) => [status.device, status]));
  // The plain reader looks through its list for each device; ingest looks into a map.
  plant.telemetry.status = async (devices) => devices.flatMap((device) => statusByDevice.get(device) ?? []);
  const app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", plant.people.engineer);
    await next();
  });
  app.route("/", pagesApp(plant.deps));
  return { plant, app };
}
