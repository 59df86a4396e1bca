import type { Role } from "@millwright/shared/db/schema/people";
import { createLog } from "@millwright/shared/log";
import type { ExtractRequest } from "@millwright/shared/telemetry/extract";
import type { LiveBatch, TelemetryReader } from "@millwright/shared/telemetry/read-api";
import type { Hono } from "hono";
import { createKey } from "../access/key.ts";
import { portalApp } from "../app.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { createLiveHub } from "../live-hub.ts";
import { pagesApp } from "../pages/app.tsx";
import { createUser } from "../people/users.ts";
import { createAuth } from "../sign-in/auth.ts";
import { signIn } from "../sign-in/session.ts";
import { administrator, buildPlant, type Owned, openTestDb } from "./plant.ts";

export const ORIGIN = "http://portal.example";
export const PASSWORD = "a long enough password";

export type Caller = { label: string; headers: Record<string, string> };

export type TestApp = {
  app: Hono<PortalEnv>;
  deps: PortalDeps;
  a: Owned;
  b: Owned;
  modelId: string;
  telemetry: FakeTelemetry;
  moveClock(ms: number): void;
  user(role: Role, customerId?: string): Promise<Caller>;
  key(role: Role, customerId?: string): Caller;
  /** As a browser or a program would send it; JSON unless `form`. */
  call(
    caller: Caller | null,
    method: string,
    path: string,
    body?: unknown,
    form?: boolean,
  ): Promise<Response>;
  close(): Promise<void>;
};

/** The portal's whole app over a database of its own; only telemetry is played. */
export function openTestApp(): TestApp {
  const { db, close } = openTestDb();
  const plant = buildPlant(db);
  const log = createLog("test", "silent");
  const telemetry = new FakeTelemetry();
  const auth = createAuth({ db, secret: "x".repeat(43), publicUrl: ORIGIN, passwordStrength: 8 });
  const live = createLiveHub({ db, telemetry, log });
  let ahead = 0;
  const deps: PortalDeps = {
    db,
    telemetry,
    auth,
    live,
    uses: async () => ({}),
    clock: () => Date.now() + ahead,
    log,
    mqtt: { host: "portal.example", port: 1883 },
    publicUrl: ORIGIN,
  };
  const app = portalApp(
    {
      ...deps,
      metrics: { request: () => undefined, text: async () => "up 1\n" },
      readiness: async () => {
        const check = { ready: true, reason: null };
        return {
          ready: true,
          journal: check,
          store: check,
          database: check,
          findingsThrough: 0,
          quarantine: [],
        };
      },
    },
    pagesApp(deps),
  );
  let people = 0;
  return {
    app,
    deps,
    ...plant,
    telemetry,
    moveClock: (ms) => {
      ahead += ms;
    },
    async user(role, customerId) {
      const email = `${role}${++people}@example.com`;
      const who = {
        email,
        name: `${role} ${people}`,
        role,
        password: PASSWORD,
        ...(customerId ? { customerId } : {}),
      };
      await createUser(deps, administrator, who, deps.clock());
      const answer = await signIn(deps, { email, password: PASSWORD, request: new Request(ORIGIN) });
      if (!answer.ok) throw new Error(answer.reason);
      const cookie = answer.setCookie.map((each) => each.split(";")[0]).join("; ");
      return { label: `${role}${customerId ? ` of ${customerId}` : ""}`, headers: { cookie } };
    },
    key(role, customerId) {
      const key = createKey(db, { role, customerId: customerId ?? null, name: `${role} key` }, deps.clock());
      return { label: `key of ${role}`, headers: { authorization: `Bearer ${key}` } };
    },
    async call(caller, method, path, body, form = false) {
      const type = form ? "application/x-www-form-urlencoded" : "application/json";
      const sent = form
        ? new URLSearchParams(body as Record<string, string>).toString()
        : JSON.stringify(body);
      return app.request(`${ORIGIN}${path}`, {
        method,
        headers: {
          origin: ORIGIN,
          ...(body === undefined ? {} : { "content-type": type }),
          ...caller?.headers,
        },
        ...(body === undefined ? {} : { body: sent }),
      });
    },
    async close() {
      await live.stop();
      close();
    },
  };
}

/** Every device measures "acc" = 1 now, and has one bucket and one rejected message. */
class FakeTelemetry implements TelemetryReader {
  #onBatch: ((batch: LiveBatch) => void) | null = null;
  timeOfAll = Date.now();

  latest = async (devices: readonly string[]) =>
    devices.map((device) => ({
      device,
      tag: "acc",
      time: this.timeOfAll,
      value: 1,
      quality: "good" as const,
      note: null,
      listed: true,
    }));
  range = async ({ from }: { from: number }) => [
    { tag: "acc", points: [{ time: from, min: 1, max: 1, mean: 1, last: 1, count: 1 }] },
  ];
  rejected = async ({ devices }: { devices?: readonly string[] }) =>
    (devices ?? ["dev_of_anybody"]).map((deviceId, index) => ({
      id: index + 1,
      deviceId,
      topic: "v1/devices/me/telemetry",
      reason: "not-json",
      receivedAt: this.timeOfAll,
      payload: "{",
      payloadBytes: 1,
    }));
  status = async (devices: readonly string[]) =>
    devices.map((device) => ({
      device,
      connected: true,
      lastSeenAt: this.timeOfAll,
      clockSkewMs: 0,
      messages: 1,
      samples: 1,
      repeated: 0,
      rejected: 0,
      spikes: 0,
      connectsLastHour: 1,
    }));
  extracted: ExtractRequest[] = [];
  extract = async (request: ExtractRequest): Promise<{ rows: number; body: ReadableStream<Uint8Array> }> => {
    this.extracted.push(request);
    return { rows: 1, body: new Response("time\n1\n").body! };
  };
  attributes = async (devices: readonly string[]) =>
    devices.map((device) => ({ device, attributes: { firmware: "4.2.1" } }));
  health = async () => ({
    ready: true,
    journal: null,
    store: null,
    uplinkHead: 1,
    storedThrough: 1,
    stats: { engine: "duckdb" as const, points: 1, series: 1, bytes: null },
  });
  live = (signal: AbortSignal, onBatch: (batch: LiveBatch) => void) =>
    new Promise<void>((resolve) => {
      this.#onBatch = onBatch;
      signal.addEventListener("abort", () => resolve());
    });

  push(batch: LiveBatch): void {
    this.#onBatch?.(batch);
  }
}
