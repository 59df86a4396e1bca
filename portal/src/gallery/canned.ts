import { LONG_NAME } from "../pages/testing/plant.ts";
import type { AlarmRow, TicketRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";

/** Rows and a reader for the parts: always the same, so that two pictures can be compared. */
export const NOW = Date.UTC(2026, 10, 19, 14, 32, 8);
const HOUR = 3_600_000;

export { LONG_NAME };

export const VIEW: View = {
  viewer: { id: "eng", name: "Field Engineer", role: "engineer", customerId: null, kind: "user" },
  now: NOW,
  zone: "Europe/London",
  theme: null,
  path: "/gallery",
  counts: { activeAlarms: 7, unacknowledgedAlarms: 2, openTickets: 3, assets: 24 },
  customerName: null,
} as View;

export const alarm = (over: Partial<AlarmRow> = {}): AlarmRow =>
  ({
    id: "alm_1",
    assetId: "ast_1",
    assetName: "Compressor 12",
    customerId: "cus_1",
    customerName: "Northwind Water",
    siteName: "Basin Road",
    tag: "t_dis",
    tagName: "Discharge temperature",
    type: "t_dis:high",
    detector: "limit",
    level: "high",
    priority: 2,
    summary: "Discharge temperature high: 105.7 Cel, limit 105",
    value: 105.7,
    limit: 105,
    unit: "Cel",
    onset: NOW - 5 * HOUR,
    raisedAt: NOW - 5 * HOUR,
    clearedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    backfilled: false,
    ticketId: "tkt_1",
    ticketNumber: 2041,
    shelf: null,
    ...over,
  }) as AlarmRow;

export const ticket = (over: Partial<TicketRow> = {}): TicketRow =>
  ({
    id: "tkt_1",
    number: 2041,
    assetId: "ast_1",
    assetName: "Compressor 12",
    serialNumber: "KC-75-10467",
    siteName: "Basin Road",
    timeZone: "Europe/London",
    customerId: "cus_1",
    customerName: "Northwind Water",
    alarmType: "t_dis:high",
    failureMode: "cooler-fouled",
    title: "Oil cooler fouled on Compressor 12",
    description: "",
    priority: 2,
    state: "new",
    openedAt: NOW - 5 * HOUR,
    updatedAt: NOW - HOUR,
    endedAt: null,
    assignee: null,
    assigneeId: null,
    disposition: null,
    resolution: null,
    reopenedCount: 0,
    alarms: 1,
    ...over,
  }) as TicketRow;
