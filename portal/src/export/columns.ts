import type { RejectedMessage } from "@millwright/shared/telemetry/read-api";
import type { FleetRow } from "../pages/fleet-filter.ts";
import type { AlarmRow, AuditRow, DeviceRow, TicketRow } from "../read/rows.ts";
import { ASSET_SIGNS } from "../views/status.tsx";
import { type Columns, iso } from "./list-file.ts";

/** What each list says as a file. Times are ISO 8601 in UTC. */
export const FLEET: Columns<FleetRow> = [
  ["name", ({ entry }) => entry.asset.name],
  ["serial", ({ entry }) => entry.asset.serialNumber],
  ["model", ({ entry }) => entry.asset.modelName],
  ["customer", ({ entry }) => entry.asset.customerName],
  ["site", ({ entry }) => entry.asset.siteName],
  ["state", ({ condition }) => ASSET_SIGNS[condition.state].word],
  ["connected", ({ condition }) => (condition.connected ? "yes" : "no")],
  ["last_reading", ({ condition }) => iso(condition.lastSeenAt)],
  ["active_alarms", ({ entry }) => entry.asset.activeAlarms],
  ["worst_priority", ({ entry }) => entry.asset.worstPriority],
  ["open_tickets", ({ entry }) => entry.asset.openTickets],
  ["id", ({ entry }) => entry.asset.id],
];

export const ALARMS: Columns<AlarmRow> = [
  ["onset", (row) => iso(row.onset)],
  ["cleared", (row) => iso(row.clearedAt)],
  ["priority", (row) => row.priority],
  ["machine", (row) => row.assetName],
  ["customer", (row) => row.customerName],
  ["site", (row) => row.siteName],
  ["tag", (row) => row.tagName ?? row.tag],
  ["type", (row) => row.type],
  ["summary", (row) => row.summary],
  ["value", (row) => row.value],
  ["limit", (row) => row.limit],
  ["unit", (row) => row.unit],
  ["acknowledged", (row) => iso(row.acknowledgedAt)],
  ["acknowledged_by", (row) => row.acknowledgedBy],
  ["shelved_until", (row) => (row.shelf ? (iso(row.shelf.until) ?? "until it clears") : null)],
  ["ticket", (row) => row.ticketNumber],
  ["id", (row) => row.id],
];

export const TICKETS: Columns<TicketRow> = [
  ["number", (row) => row.number],
  ["title", (row) => row.title],
  ["state", (row) => row.state],
  ["priority", (row) => row.priority],
  ["machine", (row) => row.assetName],
  ["serial", (row) => row.serialNumber],
  ["customer", (row) => row.customerName],
  ["site", (row) => row.siteName],
  ["assignee", (row) => row.assignee],
  ["opened", (row) => iso(row.openedAt)],
  ["updated", (row) => iso(row.updatedAt)],
  ["ended", (row) => iso(row.endedAt)],
  ["disposition", (row) => row.disposition],
  ["resolution", (row) => row.resolution],
  ["reopened", (row) => row.reopenedCount],
  ["alarms", (row) => row.alarms],
  ["id", (row) => row.id],
];

export const AUDIT: Columns<AuditRow> = [
  ["time", (row) => iso(row.at)],
  ["who", (row) => row.actorName],
  ["who_id", (row) => row.actorId],
  ["what", (row) => row.action],
  ["subject", (row) => row.subject],
  ["customer_id", (row) => row.customerId],
  ["details", (row) => (row.detail === null ? null : JSON.stringify(row.detail))],
];

export const rejectedColumns = (devices: ReadonlyMap<string, DeviceRow>): Columns<RejectedMessage> => [
  ["received", (row) => iso(row.receivedAt)],
  ["device", (row) => devices.get(row.deviceId)?.name ?? row.deviceId],
  ["device_id", (row) => row.deviceId],
  ["topic", (row) => row.topic],
  ["reason", (row) => row.reason],
  ["bytes", (row) => row.payloadBytes],
  ["payload", (row) => row.payload],
];
