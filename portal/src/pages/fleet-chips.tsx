import type { Priority } from "@millwright/shared/domain/model";
import { paths } from "../paths.ts";
import type { Chip } from "../views/filter-bar.tsx";
import { ASSET_SIGNS, ASSET_STATES, AssetSign, PRIORITY_WORDS } from "../views/status.tsx";
import { type FleetFilter, type FleetRow, type FleetSort, fleetQuery } from "./fleet-filter.ts";

/** Beyond so many, a list of names is no choice: the text field finds them by their first letters. Ours. */
const MOST_NAMES = 400;
/** So many are boxes, more are one drop-down list. */
const MOST_BOXES = 12;
const PRIORITIES: readonly Priority[] = [1, 2, 3, 4];

/** What the fleet can be narrowed by, with how many machines each choice has. */
export function fleetChips(
  all: readonly FleetRow[],
  filter: FleetFilter,
  sort: FleetSort,
  staff: boolean,
): Chip[] {
  const without = (over: Partial<FleetFilter>) => paths.fleet(fleetQuery({ ...filter, ...over }, sort));
  const states = tally(all, ({ condition }) => [condition.state, condition.state]);
  const customers = tally(all, ({ entry: { asset } }) => [asset.customerId, asset.customerName]);
  const inCustomer = filter.customer.length
    ? all.filter(({ entry }) => filter.customer.includes(entry.asset.customerId))
    : all;
  const sites = tally(inCustomer, ({ entry: { asset } }) => [asset.siteId, asset.siteName]);
  const models = tally(all, ({ entry: { asset } }) => [asset.modelId, asset.modelName]);
  const chips: (Chip | null)[] = [
    {
      name: "state",
      label: "State",
      options: ASSET_STATES.map((state) => ({
        value: state,
        label: ASSET_SIGNS[state].word,
        sign: <AssetSign state={state} />,
        count: states.get(state)?.count ?? 0,
      })),
      chosen: filter.state,
      clear: without({ state: [] }),
    },
    staff
      ? named("customer", "Customer", customers, filter.customer, without({ customer: [], site: [] }))
      : null,
    staff && filter.customer.length === 0 && filter.site.length === 0
      ? null
      : named("site", "Site", sites, filter.site, without({ site: [] })),
    named("model", "Model", models, filter.model, without({ model: [] })),
    {
      name: "priority",
      label: "Alarm",
      options: PRIORITIES.map((priority) => ({
        value: String(priority),
        label: `${priority}, ${PRIORITY_WORDS[priority].toLowerCase()}`,
      })),
      chosen: filter.priority.map(String),
      clear: without({ priority: [] }),
    },
    {
      name: "ticket",
      label: "Ticket",
      kind: "radio",
      options: [
        { value: "open", label: "With an open ticket" },
        { value: "none", label: "Without" },
      ],
      chosen: [filter.ticket],
      clear: without({ ticket: "" }),
    },
    {
      name: "offline",
      label: "Connection",
      options: [{ value: "1", label: "Offline" }],
      chosen: filter.offline ? ["1"] : [],
      clear: without({ offline: false }),
    },
  ];
  return chips.filter((chip) => chip !== null);
}

type Tally = Map<string, { label: string; count: number }>;

function tally(rows: readonly FleetRow[], of: (row: FleetRow) => [string, string]): Tally {
  const found: Tally = new Map();
  for (const row of rows) {
    const [value, label] = of(row);
    const known = found.get(value);
    if (known) known.count++;
    else found.set(value, { label, count: 1 });
  }
  return found;
}

function named(
  name: string,
  label: string,
  found: Tally,
  chosen: readonly string[],
  clear: string,
): Chip | null {
  // One choice narrows nothing.
  if (found.size < 2 && chosen.length === 0) return null;
  if (found.size > MOST_NAMES && chosen.length === 0) return null;
  const options = [...found]
    .map(([value, of]) => ({ value, label: of.label, count: of.count }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const kind = options.length > MOST_BOXES && chosen.length < 2 ? "select" : "boxes";
  return { name, label, options: options.slice(0, MOST_NAMES), chosen, kind, clear };
}
