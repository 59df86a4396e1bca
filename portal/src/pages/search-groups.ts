import { isAdministrator, isStaff, mayWrite, type Viewer } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import { type SearchAnswer, wordsOf } from "../read/search.ts";
import { count } from "../views/number.ts";
import type { Hit, HitGroup } from "../views/search-results.tsx";
import { ticketWord } from "../views/status.tsx";

/** The answer in groups, the empty ones left out: things first, then what can be done. */
export function groupsOf(answer: SearchAnswer, viewer: Viewer, q: string): HitGroup[] {
  const staff = isStaff(viewer);
  const groups: HitGroup[] = [
    {
      key: "assets",
      title: "Machines",
      hits: answer.assets.items.map((asset) => ({
        href: paths.asset(asset.id),
        label: asset.name,
        note: `${asset.serialNumber} · ${staff ? `${asset.customerName} · ` : ""}${asset.siteName}`,
      })),
      more: answer.assets.more ? { href: paths.fleet({ q }), label: "All machines found" } : null,
    },
    {
      key: "customers",
      title: "Customers",
      hits: answer.customers.items.map(({ id, name }) => ({ href: paths.customer(id), label: name })),
    },
    {
      key: "sites",
      title: "Sites",
      hits: answer.sites.items.map(({ id, name, customerName }) => ({
        href: paths.fleet({ site: id }),
        label: name,
        ...(staff ? { note: customerName } : {}),
      })),
    },
    {
      key: "tickets",
      title: "Tickets",
      hits: answer.tickets.items.map((ticket) => ({
        href: paths.ticket(ticket.id),
        label: `T-${ticket.number} ${ticket.title}`,
        note: [ticketWord(ticket.state, !staff), ticket.assetName].filter(Boolean).join(" · "),
      })),
    },
    {
      key: "tags",
      title: "Tags",
      hits: answer.tags.items.map((tag) => ({
        href: paths.fleet({ model: tag.modelId }),
        label: tag.name,
        note: `${tag.key} · ${tag.modelName}, ${count(tag.machines, "machine")}`,
      })),
    },
    { key: "pages", title: "Go to", hits: placesFor(viewer, wordsOf(q)) },
  ];
  return groups.filter((group) => group.hits.length > 0);
}

const MOST_PLACES = 5;

/** Pages and actions this person may use, that begin with the words somewhere. */
function placesFor(viewer: Viewer, words: readonly string[]): Hit[] {
  const staff = isStaff(viewer);
  const places: (Hit | false)[] = [
    { label: "Home", href: paths.home() },
    { label: staff ? "Fleet" : "Machines", href: paths.fleet() },
    { label: "Alarms", href: paths.alarms() },
    { label: "Tickets", href: paths.tickets() },
    mayWrite(viewer) && { label: staff ? "New ticket" : "Report a problem", href: paths.newTicket() },
    staff && { label: "Customers", href: paths.customers() },
    staff && { label: "Add a customer", href: paths.newCustomer() },
    staff && { label: "Add a machine", href: paths.newAsset() },
    staff && { label: "Devices", href: paths.devices() },
    staff && { label: "Add a device", href: paths.newDevice() },
    staff && { label: "Provisioning keys", href: paths.provisioning() },
    staff && { label: "Models", href: paths.models() },
    staff && { label: "Rejected messages", href: paths.rejected() },
    staff && { label: "Audit", href: paths.audit() },
    { label: staff ? "Users" : "People", href: paths.users() },
    isAdministrator(viewer) && { label: "API keys", href: paths.keys() },
    { label: "Your account", href: paths.account() },
  ];
  return places
    .filter((place) => place !== false)
    .filter((place) => words.every((word) => ` ${place.label.toLowerCase()}`.includes(` ${word}`)))
    .slice(0, MOST_PLACES);
}
