import type { Context, Hono } from "hono";
import type { Viewer } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { buildPlant, PASSWORD, type Plant } from "../pages/testing/plant.ts";
import { signIn } from "../sign-in/session.ts";
import { fillBusy, fillExtreme, makeEmpty, makeStale } from "./fixtures.ts";
import { sceneApp } from "./scene-app.ts";

/** What the whole product is shown with; each in a database of its own. */
export const SCENES = {
  normal: "A small plant on a usual day: some alarms, some tickets, live values",
  empty: "A new installation: people, and nothing else",
  extreme: "10,000 machines, names of 120 characters, hundreds of alarms and tickets",
  down: "The telemetry store does not answer, and readings wait",
  stale: "Nothing has come for 34 minutes, and the live stream is gone",
} as const;
export type SceneName = keyof typeof SCENES;

export const WHO = ["administrator", "engineer", "owner", "viewer", "nobody"] as const;
export type Who = (typeof WHO)[number];

export type Scene = {
  app: Hono<PortalEnv>;
  deps: PortalDeps;
  people: Record<Exclude<Who, "nobody">, Viewer>;
  plant: Plant;
  stop(): Promise<void>;
};

const FRESH_MS = 2000;

/** `publicUrl`: origin of the gallery, against which forms are checked. */
export async function buildScene(name: SceneName, publicUrl: string): Promise<Scene> {
  const plant = await buildPlant({ clock: Date.now, publicUrl });
  const { deps } = plant;
  // Canned data need not outlive a power cut.
  deps.db.$client.pragma("synchronous = OFF");
  const since = Date.now() - 41 * 60_000;
  if (name === "empty") makeEmpty(plant);
  else await fillBusy(plant);
  if (name === "extreme") fillExtreme(plant);
  if (name === "down") plant.telemetry.down = true;
  if (name === "stale") makeStale(plant);
  const own: PortalDeps =
    name === "down" ? { ...deps, outage: () => ({ part: "store", since, waiting: 184_306 }) } : deps;
  const timer = name === "stale" || name === "down" ? undefined : setInterval(() => renew(plant), FRESH_MS);
  timer?.unref();
  return {
    app: sceneApp(own, { live: name !== "stale" }),
    deps: own,
    people: plant.people,
    plant,
    async stop() {
      clearInterval(timer);
      await plant.stop();
    },
  };
}

/** Cookies of a session of this person; none for nobody. */
export async function sessionCookies(c: Context, scene: Scene, who: Who): Promise<string[]> {
  if (who === "nobody") return [];
  const email = `${scene.people[who].name.toLowerCase().replace(/ /g, ".")}@example.com`;
  const done = await signIn(scene.deps, { email, password: PASSWORD, request: c.req.raw });
  if (!done.ok) throw new Error(done.reason);
  return done.setCookie;
}

/** Readings go on coming. */
function renew({ telemetry }: Plant): void {
  const at = Date.now();
  for (const value of telemetry.values) value.time = at;
  for (const status of telemetry.statuses) if (status.connected) status.lastSeenAt = at;
  telemetry.push({ at, values: telemetry.values.slice(0, 40), presence: [] });
}
