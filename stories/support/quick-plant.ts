import { join } from "node:path";
import { QUICK_PLAYED_MS, quick } from "../../device-sim/scenarios/quick.ts";
import { createApi } from "../../device-sim/src/api.ts";
import { type Live, runLive } from "../../device-sim/src/live.ts";
import { provision } from "../../device-sim/src/provision.ts";
import { type DemoState, newState, saveState } from "../../device-sim/src/state.ts";
import { type Api, apiClient } from "./api.ts";
import type { TicketAnswer } from "./plant.ts";
import type { Product } from "./product.ts";

/** The quick scenario in a running product: its first minutes played fast, the rest lived. */
export type QuickPlant = {
  t0: number;
  fleet: Live;
  id(key: string): string;
  /** The API as that customer's owner. */
  as(customer: string): Promise<Api>;
  tickets(serial: string): Promise<TicketAnswer[]>;
  alarms(serial: string): Promise<AlarmAnswer[]>;
  series(serial: string, tag: string, fromMs: number, toMs: number): Promise<{ count: number; max: number }>;
  /** JSON of a page of the maker's staff, through a session. */
  staffPage<T>(path: string): Promise<T>;
};
type AlarmAnswer = {
  type: string;
  priority: number;
  summary: string;
  clearedAt: number | null;
  ticketId: string | null;
};

/** Nine minutes in less than half of one. */
const SPEED = 20;

export async function startQuickPlant(product: Product): Promise<QuickPlant> {
  const stateFile = join(product.dataDir, "quick.json");
  const state: DemoState = newState(quick.seed, Date.now());
  const key = await product.newKey("admin");
  const save = () => saveState(stateFile, state);
  await provision(createApi(product.url, key), quick, state, save);
  // From here on the time line counts, however long the setting up took.
  const t0 = Date.now() - QUICK_PLAYED_MS;
  state.t0 = t0;
  state.complete = true;
  save();
  const fleet = await runLive({
    stateFile,
    mqtt: `127.0.0.1:${product.mqttPort}`,
    scenario: quick,
    speed: SPEED,
    fromMs: t0,
  });
  const id = (name: string) => {
    const found = state.ids[name];
    if (found === undefined) throw new Error(`the plant has no ${name}`);
    return found;
  };
  const admin = apiClient(product.url, key);
  return {
    t0,
    fleet,
    id,
    as: (customer) => product.customer(id(`customer:${customer}`)),
    tickets: (serial) => admin.all(`/tickets?assetId=${id(`asset:${serial}`)}&state=all`),
    alarms: (serial) => admin.all(`/alarms?assetId=${id(`asset:${serial}`)}&state=all`),
    async series(serial, tag, fromMs, toMs) {
      type Answer = { series: { points: { count: number; max: number }[] }[] };
      const path = `/assets/${id(`asset:${serial}`)}/series?tags=${tag}&from=${fromMs}&to=${toMs}&buckets=1`;
      const { series } = await admin.get<Answer>(path);
      return series[0]?.points[0] ?? { count: 0, max: Number.NaN };
    },
    async staffPage<T>(path: string) {
      const engineer = state.signIns.find(({ role }) => role === "engineer")!;
      const cookie = await sessionCookie(product.url, engineer);
      return (await (await fetch(product.url + path, { headers: { cookie } })).json()) as T;
    },
  };
}

async function sessionCookie(url: string, person: { email: string; password: string }): Promise<string> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
    body: new URLSearchParams({ email: person.email, password: person.password }),
    redirect: "manual",
  });
  if (response.status !== 303) throw new Error(`sign-in answered ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}
