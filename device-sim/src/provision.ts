import { randomBytes } from "node:crypto";
import type { Api } from "./api.ts";
import { localMidnight } from "./calendar.ts";
import { type ModelKey, modelAt } from "./catalog/models.ts";
import type { AssetPlan, Scenario } from "./scenario.ts";
import type { DemoState } from "./state.ts";

/**
 * Creates the plant by the public API: customers, sites, models, machines, devices, sign-ins. What the state names
 * already is left alone, so that an interrupted seed goes on where it stopped; `save` is called after each creation.
 */
export async function provision(
  api: Api,
  scenario: Scenario,
  state: DemoState,
  save: () => void,
): Promise<void> {
  const once = async (key: string, path: string, body: () => unknown): Promise<string> => {
    const known = state.ids[key];
    if (known !== undefined) return known;
    const answer = await api.post(path, body());
    const id = String(answer.id ?? answer.ownershipId ?? key);
    state.ids[key] = id;
    const credential = answer.credential as { token?: unknown } | undefined;
    if (typeof credential?.token === "string")
      state.tokens[key.slice(key.indexOf(":") + 1)] = credential.token;
    save();
    return id;
  };
  const id = (key: string): string => state.ids[key]!;

  for (const { key, name } of scenario.customers)
    await once(`customer:${key}`, "/customers", () => ({ name }));
  for (const { key, customer, name, timeZone, latitude, longitude } of scenario.sites) {
    const body = () => ({ customerId: id(`customer:${customer}`), name, timeZone, latitude, longitude });
    await once(`site:${key}`, "/sites", body);
  }
  for (const key of new Set(scenario.assets.map((asset) => asset.model))) await model(key);
  for (const { name, site } of scenario.gateways) {
    await once(`device:${name}`, "/devices", () => ({ kind: "gateway", name, siteId: id(`site:${site}`) }));
  }
  for (const asset of scenario.assets) await machine(asset);
  for (const { email, name, role, customer } of scenario.signIns) {
    if (state.signIns.some((known) => known.email === email)) continue;
    const password = newPassword();
    await api.post("/users", {
      email,
      name,
      role,
      password,
      ...(customer === undefined ? {} : { customerId: id(`customer:${customer}`) }),
    });
    const account = scenario.customers.find(({ key }) => key === customer)?.name ?? null;
    state.signIns.push({ role, name, email, password, customer: account });
    save();
  }

  /** A model that somebody made already, by an earlier seed or by hand, is used as it is. */
  async function model(key: ModelKey): Promise<void> {
    if (state.ids[`model:${key}`] === undefined) {
      const existing = (await api.list("/models")).find((candidate) => candidate.key === key);
      if (existing) state.ids[`model:${key}`] = String(existing.id);
    }
    await once(`model:${key}`, "/models", () => modelAt(key, scenario.tempo).catalog);
  }

  async function machine(plan: AssetPlan): Promise<void> {
    const { serial, name, formerly } = plan;
    const today = scenario.sites.find((site) => site.key === plan.site)!;
    const first = scenario.sites.find((site) => site.key === (formerly?.site ?? plan.site))!;
    const assetId = await once(`asset:${serial}`, "/assets", () => ({
      serialNumber: serial,
      name,
      modelId: id(`model:${plan.model}`),
      siteId: id(`site:${first.key}`),
      customerId: id(`customer:${formerly?.customer ?? today.customer}`),
    }));
    if (formerly) {
      await once(`transfer:${serial}`, `/assets/${assetId}/transfers`, () => ({
        customerId: id(`customer:${today.customer}`),
        siteId: id(`site:${plan.site}`),
        from: localMidnight(today.timeZone, state.t0 + formerly.atMs),
      }));
    }
    const gateway = plan.gateway === undefined ? {} : { gatewayId: id(`device:${plan.gateway}`) };
    await once(`device:${serial}`, "/devices", () => ({ assetId, name: serial, ...gateway }));
  }
}

/** 96 random bits: shown at the terminal once a start, so it should be possible to type. */
const newPassword = (): string => randomBytes(12).toString("base64url");
