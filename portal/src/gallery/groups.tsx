import type { Child } from "hono/jsx";
import { alarmStates, ticketStates } from "./parts/desk.tsx";
import { buttonStates, fieldStates } from "./parts/forms.tsx";
import { frameStates, panelStates } from "./parts/panels.tsx";
import { mapStates, whyStates } from "./parts/places.tsx";
import { signStates } from "./parts/signs.tsx";
import { tableStates } from "./parts/tables.tsx";
import { tokenStates } from "./parts/tokens.tsx";

export type State = readonly [name: string, body: Child];
/** `file`: where the part is written, so that whoever sees it knows what to change. */
export type Group = { id: string; title: string; file: string; states: readonly State[] };

export const GROUPS: readonly Group[] = [
  { id: "tokens", title: "Colour, type, space", file: "views/css/tokens.css", states: tokenStates },
  { id: "signs", title: "Status signs", file: "views/status.tsx", states: signStates },
  { id: "buttons", title: "Buttons and links", file: "views/css/parts.css", states: buttonStates },
  { id: "fields", title: "Form fields", file: "views/parts.tsx", states: fieldStates },
  {
    id: "panels",
    title: "Panels, empty, error, stale, loading",
    file: "views/parts.tsx",
    states: panelStates,
  },
  {
    id: "frame",
    title: "Notices and strips",
    file: "views/toast.tsx, views/outage.tsx",
    states: frameStates,
  },
  { id: "tables", title: "Tables", file: "views/table.tsx", states: tableStates },
  { id: "alarms", title: "Alarm rows", file: "views/alarm.tsx", states: alarmStates },
  { id: "tickets", title: "Tickets", file: "views/ticket.tsx", states: ticketStates },
  { id: "why", title: "Numbers that open", file: "views/why.tsx", states: whyStates },
  { id: "map", title: "Map", file: "views/map.tsx", states: mapStates },
];
