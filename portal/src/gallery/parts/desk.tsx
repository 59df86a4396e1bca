import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { AlarmListRow } from "../../pages/alarm-row.tsx";
import { Panel } from "../../views/parts.tsx";
import { TicketList, TicketTable } from "../../views/ticket.tsx";
import { alarm, LONG_NAME, NOW, ticket, VIEW } from "../canned.ts";
import type { State } from "../groups.tsx";

const MINUTE = 60_000;
const LINKS = { open: () => "#" };
const CUSTOMER_VIEW = {
  ...VIEW,
  viewer: { ...VIEW.viewer, role: "viewer" as const, customerId: "cus_1" },
};
const ROWS = [
  alarm(),
  alarm({
    id: "shelved",
    shelf: {
      until: NOW + 60 * MINUTE,
      reason: "Sensor cable is being replaced",
      by: "Jo Berg",
      at: NOW - MINUTE,
    },
  }),
  alarm({ id: "a2", priority: 1, summary: "Discharge pressure low low: 4.1 bar, limit 5.2" }),
  alarm({ id: "a3", priority: 3, acknowledgedAt: NOW - MINUTE, acknowledgedBy: "Jo Berg" }),
  alarm({ id: "a4", priority: 4, clearedAt: NOW - MINUTE }),
  alarm({
    id: "a5",
    clearedAt: NOW - MINUTE,
    acknowledgedAt: NOW,
    acknowledgedBy: LONG_NAME,
    backfilled: true,
    ticketId: null,
  }),
  alarm({
    id: "a6",
    summary: `${LONG_NAME} high: 105.7 Cel, limit 105`,
    assetName: LONG_NAME,
    siteName: LONG_NAME,
  }),
];

export const alarmStates: readonly State[] = [
  [
    "Not acknowledged, acknowledged, returned, cleared, long names",
    <ul>
      {ROWS.map((row) => (
        <AlarmListRow alarm={row} view={VIEW} links={LINKS} opened={null} />
      ))}
    </ul>,
  ],
  [
    "For those who may not act",
    <ul>
      {ROWS.slice(0, 2).map((row) => (
        <AlarmListRow alarm={row} view={CUSTOMER_VIEW} links={LINKS} opened={null} />
      ))}
    </ul>,
  ],
];

const TICKETS = TICKET_STATES.map((state, i) =>
  ticket({
    id: `t${i}`,
    number: 2041 + i,
    state,
    priority: ((i % 4) + 1) as 1 | 2 | 3 | 4,
    ...(i % 3 === 0 ? { assignee: "Jo Berg", assigneeId: "jo" } : {}),
    ...(i === 4 ? { title: `Bearing wears on ${LONG_NAME}`, assetName: LONG_NAME } : {}),
    ...(i === 5 ? { assetId: null, assetName: null } : {}),
  }),
);

export const ticketStates: readonly State[] = [
  ["Table, every stage", <TicketTable tickets={TICKETS} view={VIEW} caption="Tickets in every stage" />],
  [
    "List beside something else",
    <Panel id="g-list" title="Tickets">
      <TicketList tickets={TICKETS.slice(0, 5)} view={VIEW} />
    </Panel>,
  ],
];
