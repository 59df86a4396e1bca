import { expect, test } from "vitest";
import { withQuery } from "../paths.ts";
import { type FleetRow, fleetQuery, matches, parseFleet, sortRows } from "./fleet-filter.ts";

const row = (
  name: string,
  over: Partial<FleetRow["entry"]["asset"]> & Partial<FleetRow["condition"]> = {},
) => {
  const { state = "normal", connected = true, lastSeenAt = 1000, ...asset } = over;
  return {
    entry: {
      asset: {
        id: name,
        name,
        serialNumber: `S-${name}`,
        customerId: "c1",
        customerName: "Alder",
        siteId: "s1",
        siteName: "Mill",
        modelId: "m1",
        modelName: "KC",
        modelKey: "kc",
        timeZone: "UTC",
        deviceIds: [],
        worstPriority: null,
        activeAlarms: 0,
        openTickets: 0,
        createdAt: 0,
        ...asset,
      },
      nameKey: name,
      text: `${name} s-${name} mill alder`.toLowerCase(),
      alarms: [],
      tickets: [],
    },
    condition: { state, connected, lastSeenAt },
  } satisfies FleetRow;
};

/** By name, as the index gives them. */
const ROWS = [
  row("a", { state: "normal", activeAlarms: 0, lastSeenAt: 500 }),
  row("b", { state: "failure", activeAlarms: 2, worstPriority: 1, openTickets: 1, customerId: "c2" }),
  row("c", { state: "unknown", connected: false, lastSeenAt: null }),
  row("d", { state: "failure", activeAlarms: 1, worstPriority: 2, modelId: "m2" }),
];
const names = (rows: readonly FleetRow[]) => rows.map(({ entry }) => entry.asset.name).join("");
const parse = (query: string) => parseFleet(new URLSearchParams(query));

test.each([
  ["", "abcd"],
  ["q=mill b", "b"],
  ["q=S-C", "c"],
  ["state=failure", "bd"],
  ["state=failure&state=unknown", "bcd"],
  ["state=nonsense", "abcd"],
  ["customer=c2", "b"],
  ["model=m2&state=failure", "d"],
  ["priority=1", "b"],
  ["priority=1&priority=2", "bd"],
  ["ticket=open", "b"],
  ["ticket=none", "acd"],
  ["offline=1", "c"],
])("the filter %s leaves %s", (query, left) => {
  expect(names(ROWS.filter((one) => matches(one, parse(query).filter)))).toBe(left);
});

test.each([
  ["", "bdca"],
  ["sort=-state", "acbd"],
  ["sort=name", "abcd"],
  ["sort=-name", "dcba"],
  ["sort=-alarms", "bdac"],
  ["sort=seen", "bdac"],
  ["sort=nonsense", "bdca"],
])("the order %s is %s: equals stand by name", (query, order) => {
  expect(names(sortRows(ROWS, parse(query).sort))).toBe(order);
});

test("an address read and written again is the same address", () => {
  for (const query of [
    "q=mill&state=failure&state=check&customer=c1&priority=2&ticket=open&offline=1&sort=-seen&page=3",
    "model=m1&sort=name",
    "",
  ]) {
    const { filter, sort, page } = parse(query);
    expect(withQuery("", fleetQuery(filter, sort, page)).slice(1)).toBe(query);
  }
});
