import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { demo as plant } from "../../device-sim/scenarios/demo.ts";
import type { Expectation } from "../../device-sim/src/scenario.ts";
import { type Api, apiClient } from "./api.ts";
import type { Demo } from "./demo.ts";
import type { TicketAnswer } from "./plant.ts";
import { apiKey } from "./product.ts";

type Expected = Exclude<Expectation, { none: true }>;
type State = { t0: number; ids: Record<string, string> };

const DAY = 86_400_000;
const tickets = plant.expectations.filter((e): e is Expected => !("none" in e));
const needs = (e: Expected) => ("needs" in e ? e.needs : undefined);
const silent = plant.expectations.filter((e) => "none" in e);
/** Serial number of the machine whose ticket it is; a gateway's stands on one of the machines behind it. */
const serialsOf = (e: Expectation): string[] =>
  "asset" in e
    ? [e.asset]
    : plant.assets.filter((asset) => asset.gateway === e.gateway).map((asset) => asset.serial);

/** The demo plant's own expectations, asked of the running product through its API. */
export function scenarioRules(running: () => Demo): void {
  let state: State;
  let admin: Api;
  let all: TicketAnswer[];
  const assetOf = (serial: string) => state.ids[`asset:${serial}`];
  const customerOf = (key: string) => state.ids[`customer:${key}`];
  const inWindow = (t: TicketAnswer, e: Expected) =>
    t.openedAt >= state.t0 + e.fromMs && t.openedAt <= state.t0 + e.toMs;
  const belongsTo = (t: TicketAnswer, e: Expected) =>
    serialsOf(e).map(assetOf).includes(t.assetId) &&
    t.alarmType === e.alarmType &&
    t.customerId === customerOf(e.customer) &&
    inWindow(t, e);
  const told = (t: TicketAnswer) =>
    `${t.title} (${t.alarmType}, ${((t.openedAt - state.t0) / DAY).toFixed(2)} d)`;

  beforeAll(async () => {
    const { dataDir, environment, url } = running();
    state = JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")) as State;
    admin = apiClient(url, await apiKey(environment, "admin"));
    all = await admin.all<TicketAnswer>("/tickets?state=all&limit=200");
  });

  const history = tickets.filter((e) => e.toMs <= 0 && needs(e) === undefined);
  it.each(history.map((e) => [e.story, e.alarmType, e] as const))(
    "%s: %s",
    async (_story, _type, expected) => {
      const found = all.filter((t) => belongsTo(t, expected));
      expect(found.map(told)).toHaveLength(1);
      const { comments } = await admin.get<{ comments: { text: string }[] }>(`/tickets/${found[0]!.id}`);
      // A worse level raises it later; it opens as the story says.
      const raised = comments.some(({ text }) => text.includes("Priority raised to"));
      if (raised) expect(found[0]!.priority).toBeLessThan(expected.priority);
      else expect(found[0]!.priority).toBe(expected.priority);
    },
  );

  it.each([
    ["D1", "CP75-22-0103", "visit-planned", ["Field engineer", "Lindenwasser operations"]],
    ["D13", "GT5-19-0002", "waiting-customer", ["Field engineer", "Solvane operations"]],
    ["D14", "GT5-22-0003", "waiting-parts", ["Field engineer"]],
    ["D15", "SC160-20-0206", "resolved", []],
  ])("%s: people have worked on it", async (_story, serial, ticketState, authors) => {
    const ticket = all.find((t) => t.assetId === assetOf(serial) && t.openedAt < state.t0)!;
    expect(ticket.state).toBe(ticketState);
    type Whole = { assignee: string; comments: { kind: string; authorName: string; at: number }[] };
    const { assignee, comments } = await admin.get<Whole>(`/tickets/${ticket.id}`);
    expect(assignee).toBe("Field engineer");
    const said = comments.filter(({ kind }) => kind === "public");
    expect(said.map(({ authorName }) => authorName)).toEqual(authors);
    // Nothing is dated back.
    for (const { at } of said) expect(at).toBeGreaterThanOrEqual(state.t0);
  });

  it("a fault that shows only on warm afternoons is one ticket that reopens, not one a day", () => {
    const found = all.filter((t) => t.assetId === assetOf("SC160-23-0204"));
    expect(found).toHaveLength(1);
    expect(found[0]!.reopenedCount).toBeGreaterThanOrEqual(3);
  });

  it.each(silent.map((e) => [e.story, serialsOf(e)[0]!]))("%s: nothing on %s", (_story, serial) => {
    // What the gateway's own incident says stands on the first machine behind it.
    const gateways = tickets.filter((e) => "gateway" in e);
    const own = all.filter((t) => t.assetId === assetOf(serial) && !gateways.some((e) => belongsTo(t, e)));
    expect(own.map(told)).toEqual([]);
  });

  it("no ticket belongs to no story", () => {
    expect(all.filter((t) => !tickets.some((e) => belongsTo(t, e))).map(told)).toEqual([]);
  });

  it("a customer's key opens its own tickets and machines, and nobody else's", async () => {
    const totals = { C1: 2, C2: 3, C3: 4 };
    for (const [key, count] of Object.entries(totals)) {
      const customerId = customerOf(key)!;
      const { environment, url } = running();
      const own = apiClient(url, await apiKey(environment, "customer", customerId));
      const seen = await own.all<TicketAnswer>("/tickets?state=all&limit=200");
      const past = seen.filter((t) => t.openedAt < state.t0);
      expect(past.map(told), key).toHaveLength(count);
      expect(new Set(seen.map((t) => t.customerId))).toEqual(new Set([customerId]));
      const foreign = all.filter((t) => t.customerId !== customerId);
      for (const { id } of foreign) expect(await own.status("GET", `/tickets/${id}`)).toBe(404);
      const machines = await own.all<{ id: string; customerId: string }>("/assets?limit=200");
      const sites = new Set(plant.sites.filter((s) => s.customer === key).map((s) => s.key));
      const serials = plant.assets.filter((a) => sites.has(a.site)).map((a) => a.serial);
      expect(machines.map(({ id }) => id).sort()).toEqual(serials.map((s) => assetOf(s)).sort());
    }
  });

  it("says what is not found yet", () => {
    for (const e of tickets.filter((t) => needs(t) !== undefined))
      process.stdout.write(`not yet: ${e.story}, ${e.alarmType}, needs ${needs(e)}\n`);
    // With its detector built, the expectation loses its `needs`.
    const early = tickets.filter((e) => needs(e) !== undefined && all.some((t) => belongsTo(t, e)));
    expect(early.map((e) => e.story)).toEqual([]);
  });
}
