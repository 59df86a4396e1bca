import { paths } from "../paths.ts";
import type { Counts } from "../read/rows.ts";
import { Icon, type IconName } from "./icons.tsx";

type Item = { label: string; href: string; icon: IconName; count?: number };

/** Where the maker's staff go. */
export const STAFF = (counts: Counts): Item[] => [
  { label: "Home", href: paths.home(), icon: "home" },
  { label: "Fleet", href: paths.fleet(), icon: "fleet" },
  { label: "Alarms", href: paths.alarms(), icon: "alarms", count: counts.unacknowledgedAlarms },
  { label: "Tickets", href: paths.tickets(), icon: "tickets", count: counts.openTickets },
  { label: "Customers", href: paths.customers(), icon: "customers" },
];
export const SETUP = (administrator: boolean): Item[] => [
  { label: "Devices", href: paths.devices(), icon: "device" },
  { label: "Models", href: paths.models(), icon: "model" },
  { label: "Rejected messages", href: paths.rejected(), icon: "rejected" },
  ...(administrator
    ? [
        { label: "Users", href: paths.users(), icon: "person" as const },
        { label: "API keys", href: paths.keys(), icon: "key" as const },
      ]
    : []),
  { label: "Audit", href: paths.audit(), icon: "audit" },
];
/** Where a customer's people go. */
export const CUSTOMER = (counts: Counts): Item[] => [
  { label: "Home", href: paths.home(), icon: "home" },
  { label: "Machines", href: paths.fleet(), icon: "fleet" },
  { label: "Alarms", href: paths.alarms(), icon: "alarms", count: counts.activeAlarms },
  { label: "Tickets", href: paths.tickets(), icon: "tickets", count: counts.openTickets },
  { label: "People", href: paths.users(), icon: "person" },
];

/** A machine's page belongs to the fleet, how devices register themselves to the devices. */
export function sectionOf(path: string): string {
  if (path.startsWith("/assets")) return paths.fleet();
  return path.startsWith("/provisioning") ? paths.devices() : `/${path.split("/")[1] ?? ""}`;
}

export function Links({ items, path }: { items: Item[]; path: string }) {
  return (
    <>
      {items.map((item) => (
        <a
          href={item.href}
          aria-current={sectionOf(path) === item.href ? "page" : undefined}
          title={item.label}
        >
          <Icon name={item.icon} />
          <span>{item.label}</span>
          {item.count ? <b>{item.count}</b> : null}
        </a>
      ))}
    </>
  );
}
