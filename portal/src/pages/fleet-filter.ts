import type { Priority } from "@millwright/shared/domain/model";
import type { FleetEntry } from "../read/fleet-entries.ts";
import { ASSET_STATES, type AssetState, byState } from "../views/status.tsx";
import type { Condition } from "./condition.ts";

/** What the address of the fleet list says. Empty lists and false do not narrow. */
export type FleetFilter = {
  q: string;
  state: AssetState[];
  customer: string[];
  site: string[];
  model: string[];
  /** Most urgent active alarm. */
  priority: Priority[];
  ticket: "open" | "none" | "";
  offline: boolean;
};
export type FleetSort = { key: SortKey; down: boolean };
const SORT_KEYS = ["state", "name", "serial", "customer", "model", "alarms", "tickets", "seen"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export type FleetRow = { entry: FleetEntry; condition: Condition };

const NO_SORT: FleetSort = { key: "state", down: false };
const isSortKey = (key: string): key is SortKey => (SORT_KEYS as readonly string[]).includes(key);
const isState = (state: string): state is AssetState => (ASSET_STATES as readonly string[]).includes(state);
/** Longer lists are nobody's choice of boxes. */
const MOST = 100;

/** Anything not understood is left out: an old link shows more rather than an error. */
export function parseFleet(query: URLSearchParams): { filter: FleetFilter; sort: FleetSort; page: number } {
  const all = (name: string) => query.getAll(name).filter(Boolean).slice(0, MOST);
  const ticket = query.get("ticket");
  const sort = query.get("sort") ?? "";
  const key = sort.replace(/^-/, "");
  return {
    filter: {
      q: (query.get("q") ?? "").slice(0, 120),
      state: all("state").filter(isState),
      customer: all("customer"),
      site: all("site"),
      model: all("model"),
      priority: all("priority")
        .map(Number)
        .filter((n): n is Priority => n >= 1 && n <= 4 && Number.isInteger(n)),
      ticket: ticket === "open" || ticket === "none" ? ticket : "",
      offline: query.get("offline") === "1",
    },
    sort: isSortKey(key) ? { key, down: sort.startsWith("-") } : NO_SORT,
    page: Math.max(1, Math.trunc(Number(query.get("page") ?? 1)) || 1),
  };
}

/** The other way; what is as usual is left out, so that the plain list has the plain address. */
export function fleetQuery(filter: FleetFilter, sort: FleetSort, page = 1) {
  const usual = sort.key === NO_SORT.key && sort.down === NO_SORT.down;
  return {
    q: filter.q.trim(),
    state: filter.state,
    customer: filter.customer,
    site: filter.site,
    model: filter.model,
    priority: filter.priority.map(String),
    ticket: filter.ticket,
    offline: filter.offline ? "1" : "",
    sort: usual ? "" : `${sort.down ? "-" : ""}${sort.key}`,
    page: page > 1 ? page : "",
  };
}

export const isNarrow = (filter: FleetFilter): boolean =>
  Object.values(filter).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));

/** Every word must be somewhere in the name, serial number, site or customer. */
export function matches({ entry, condition }: FleetRow, filter: FleetFilter): boolean {
  const { asset } = entry;
  const has = <T>(wanted: readonly T[], value: T | null) =>
    wanted.length === 0 || (value !== null && wanted.includes(value));
  return (
    has(filter.state, condition.state) &&
    has(filter.customer, asset.customerId) &&
    has(filter.site, asset.siteId) &&
    has(filter.model, asset.modelId) &&
    has(filter.priority, asset.worstPriority) &&
    (filter.ticket === "" || (filter.ticket === "open") === asset.openTickets > 0) &&
    (!filter.offline || !condition.connected) &&
    wordsOf(filter.q).every((word) => entry.text.includes(word))
  );
}

const wordsOf = (q: string): string[] => q.toLowerCase().split(/\s+/).filter(Boolean);

/** Rows come in the order of their names, which decides among equals whatever the direction. */
export function sortRows(rows: readonly FleetRow[], { key, down }: FleetSort): FleetRow[] {
  if (key === "name") return down ? rows.toReversed() : [...rows];
  const sign = down ? -1 : 1;
  const compare = COMPARE[key];
  return rows.toSorted((a, b) => sign * compare(a, b));
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const COMPARE: Record<Exclude<SortKey, "name">, (a: FleetRow, b: FleetRow) => number> = {
  state: (a, b) => byState(a.condition.state, b.condition.state),
  serial: (a, b) => text(a.entry.asset.serialNumber, b.entry.asset.serialNumber),
  customer: (a, b) =>
    text(a.entry.asset.customerName, b.entry.asset.customerName) ||
    text(a.entry.asset.siteName, b.entry.asset.siteName),
  model: (a, b) => text(a.entry.asset.modelName, b.entry.asset.modelName),
  alarms: (a, b) => a.entry.asset.activeAlarms - b.entry.asset.activeAlarms,
  tickets: (a, b) => a.entry.asset.openTickets - b.entry.asset.openTickets,
  // Never seen is the longest time ago.
  seen: (a, b) => (b.condition.lastSeenAt ?? 0) - (a.condition.lastSeenAt ?? 0),
};
