import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, tickets } from "@millwright/shared/db/schema";
import { and, inArray, isNull } from "drizzle-orm";
import { assetRows } from "./assets.ts";
import type { AlarmRow, AssetRow } from "./rows.ts";

export type OpenAlarm = Pick<AlarmRow, "id" | "assetId" | "customerId" | "detector" | "level" | "priority">;
type OpenTicket = { id: string; number: number; customerId: string };

/** One machine as lists and the search need it. */
export type FleetEntry = {
  asset: AssetRow;
  /** Sorts as people count: numbers by their value. */
  nameKey: string;
  /** Lower case, for the text filter: name, serial number, site, customer. */
  text: string;
  alarms: readonly OpenAlarm[];
  /** Newest first. */
  tickets: readonly OpenTicket[];
};

/** Bound parameters of one statement are limited; groups also keep it short. */
const GROUP = 500;

/** Of these machines, or of all (null), in no order. Counts are of every customer. */
export function loadEntries(db: PortalDb, assetIds: readonly string[] | null): FleetEntry[] {
  if (assetIds !== null && assetIds.length > GROUP) {
    const groups = Array.from({ length: Math.ceil(assetIds.length / GROUP) }, (_, i) =>
      assetIds.slice(i * GROUP, (i + 1) * GROUP),
    );
    return groups.flatMap((group) => loadEntries(db, group));
  }
  const alarmsByAsset = grouped(openAlarms(db, assetIds));
  const ticketsByAsset = grouped(openTickets(db, assetIds));
  return assetRows(db, assetIds).map((row) => {
    const own = alarmsByAsset.get(row.id) ?? [];
    const open = ticketsByAsset.get(row.id) ?? [];
    return {
      asset: {
        ...row,
        activeAlarms: own.length,
        openTickets: open.length,
        worstPriority: own.length === 0 ? null : own.map((alarm) => alarm.priority).sort()[0]!,
      },
      nameKey: sortKey(row.name),
      text: `${row.name}\n${row.serialNumber}\n${row.siteName}\n${row.customerName}`.toLowerCase(),
      alarms: own,
      tickets: open.sort((a, b) => b.number - a.number),
    };
  });
}

/** "Pump 12" → "pump 00000012": plain comparison then sorts by number, and is many times faster than a collator. */
const sortKey = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.padStart(10, "0"));

function openAlarms(db: PortalDb, assetIds: readonly string[] | null): OpenAlarm[] {
  return db
    .select({
      id: alarms.id,
      assetId: alarms.assetId,
      customerId: alarms.customerId,
      detector: alarms.detector,
      level: alarms.level,
      priority: alarms.priority,
    })
    .from(alarms)
    .where(and(isNull(alarms.clearedAt), assetIds === null ? undefined : inArray(alarms.assetId, assetIds)))
    .all();
}

function openTickets(db: PortalDb, assetIds: readonly string[] | null) {
  return db
    .select({
      id: tickets.id,
      assetId: tickets.assetId,
      number: tickets.number,
      customerId: tickets.customerId,
    })
    .from(tickets)
    .where(and(isNull(tickets.endedAt), assetIds === null ? undefined : inArray(tickets.assetId, assetIds)))
    .all();
}

function grouped<T extends { assetId: string | null }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    if (row.assetId === null) continue;
    const group = groups.get(row.assetId);
    if (group) group.push(row);
    else groups.set(row.assetId, [row]);
  }
  return groups;
}
