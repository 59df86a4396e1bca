import type { PortalDb } from "@millwright/shared/db/open";
import type { Priority } from "@millwright/shared/domain/model";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { type FleetEntry, loadEntries, type OpenAlarm } from "./fleet-entries.ts";
import { type Touched, watchFleet } from "./fleet-watch.ts";

/**
 * The whole fleet in memory, so that a filter over 10,000 machines costs milliseconds: what a list, the search and the
 * map ask at each key press. Kept beside the database it was read from; what changed there is read again at the next
 * question, only the machines concerned.
 */
type Index = { touched: () => Touched; entries: FleetEntry[]; placeById: Map<string, number> };

const indexByDb = new WeakMap<PortalDb, Index>();

/** Machines the viewer may see now, by name ("Pump 2" before "Pump 12"). Alarms and tickets are the viewer's own too. */
export function fleetOf(db: PortalDb, viewer: Viewer): readonly FleetEntry[] {
  const { entries } = current(db);
  const owner = confinedTo(viewer);
  if (owner === null) return entries;
  return entries.filter((entry) => entry.asset.customerId === owner).map((entry) => seenBy(entry, owner));
}

/** The machine, or undefined for one the viewer may not see, as for one that is not there. */
export function fleetEntry(db: PortalDb, viewer: Viewer, assetId: string): FleetEntry | undefined {
  const { entries, placeById } = current(db);
  const place = placeById.get(assetId);
  const entry = place === undefined ? undefined : entries[place];
  const owner = confinedTo(viewer);
  if (!entry || owner === null) return entry;
  return entry.asset.customerId === owner ? seenBy(entry, owner) : undefined;
}

function current(db: PortalDb): Index {
  let index = indexByDb.get(db);
  if (!index) {
    index = { touched: watchFleet(db), entries: [], placeById: new Map() };
    indexByDb.set(db, index);
  }
  const touched = index.touched();
  if (touched === "all") replaceAll(index, loadEntries(db, null));
  else if (touched.size > 0) replaceSome(index, touched, loadEntries(db, [...touched]));
  return index;
}

function replaceAll(index: Index, entries: FleetEntry[]): void {
  index.entries = entries.sort((a, b) => (a.nameKey < b.nameKey ? -1 : a.nameKey > b.nameKey ? 1 : 0));
  index.placeById = new Map(index.entries.map((entry, place) => [entry.asset.id, place]));
}

function replaceSome(index: Index, touched: ReadonlySet<string>, fresh: FleetEntry[]): void {
  const freshById = new Map(fresh.map((entry) => [entry.asset.id, entry]));
  const inPlace = [...touched].every((id) => {
    const place = index.placeById.get(id);
    return place !== undefined && index.entries[place]!.nameKey === freshById.get(id)?.nameKey;
  });
  if (!inPlace) {
    const others = index.entries.filter((entry) => !touched.has(entry.asset.id));
    replaceAll(index, [...others, ...fresh]);
    return;
  }
  // A new list: who holds the old one keeps a whole picture.
  index.entries = index.entries.slice();
  for (const entry of fresh) index.entries[index.placeById.get(entry.asset.id)!] = entry;
}

/** Without what belongs to an earlier owner. */
function seenBy(entry: FleetEntry, owner: string): FleetEntry {
  const foreign = (of: { customerId: string }) => of.customerId !== owner;
  if (!entry.alarms.some(foreign) && !entry.tickets.some(foreign)) return entry;
  const alarms = entry.alarms.filter((alarm) => !foreign(alarm));
  const tickets = entry.tickets.filter((ticket) => !foreign(ticket));
  return {
    ...entry,
    alarms,
    tickets,
    asset: {
      ...entry.asset,
      activeAlarms: alarms.length,
      openTickets: tickets.length,
      worstPriority: worst(alarms),
    },
  };
}

const worst = (alarms: readonly OpenAlarm[]): Priority | null =>
  alarms.reduce<Priority | null>(
    (least, { priority }) => (least === null || priority < least ? priority : least),
    null,
  );
