import type { PortalDb } from "@millwright/shared/db/open";
import { customers, models, modelTags, sites, tickets } from "@millwright/shared/db/schema";
import type { TicketState } from "@millwright/shared/domain/ticket";
import { and, asc, desc, eq, or, type SQL, sql } from "drizzle-orm";
import { confinedTo } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { fleetOf } from "./fleet-index.ts";
import { containing } from "./page.ts";
import type { AssetRow } from "./rows.ts";

type Found<T> = { items: T[]; more: boolean };
export type SearchAnswer = {
  assets: Found<AssetRow>;
  customers: Found<{ id: string; name: string }>;
  sites: Found<{ id: string; name: string; customerName: string }>;
  tickets: Found<{ id: string; number: number; title: string; state: TicketState; assetName: string | null }>;
  /** A measured quantity and the model that has it. */
  tags: Found<{ modelId: string; modelName: string; key: string; name: string; machines: number }>;
};

/** Lower case, apart. "t 7 pump" asks for all three. */
export const wordsOf = (q: string): string[] => q.trim().toLowerCase().split(/\s+/).filter(Boolean);

/**
 * What the viewer may see and has the words in it, the best first: at most `most` of each kind. A customer finds its own
 * machines, sites and tickets, and the tags of its own models.
 */
export function search(db: PortalDb, viewer: Viewer, q: string, most: number): SearchAnswer {
  const words = wordsOf(q);
  if (words.length === 0) return NOTHING;
  const fleet = fleetOf(db, viewer);
  const owner = confinedTo(viewer);
  const cut = <T>(items: T[]): Found<T> => ({ items: items.slice(0, most), more: items.length > most });

  const ranked: { asset: AssetRow; rank: number }[] = [];
  const machinesByModel = new Map<string, number>();
  for (const { asset, text } of fleet) {
    machinesByModel.set(asset.modelId, (machinesByModel.get(asset.modelId) ?? 0) + 1);
    if (words.every((word) => text.includes(word))) ranked.push({ asset, rank: rankOf(asset, words) });
  }
  ranked.sort((a, b) => a.rank - b.rank);

  const siteRows = db
    .select({ id: sites.id, name: sites.name, customerName: customers.name })
    .from(sites)
    .innerJoin(customers, eq(customers.id, sites.customerId))
    .where(and(owner === null ? undefined : eq(sites.customerId, owner), ...every(sites.name, words)))
    .orderBy(asc(sites.name))
    .limit(most + 1)
    .all();
  const customerRows =
    owner === null
      ? db
          .select({ id: customers.id, name: customers.name })
          .from(customers)
          .where(and(...every(customers.name, words)))
          .orderBy(asc(customers.name))
          .limit(most + 1)
          .all()
      : [];
  const tagRows = db
    .select({ modelId: models.id, modelName: models.name, key: modelTags.key, name: modelTags.name })
    .from(modelTags)
    .innerJoin(models, eq(models.id, modelTags.modelId))
    .where(and(...words.map((word) => or(containing(modelTags.name, word), containing(modelTags.key, word)))))
    .orderBy(asc(modelTags.name), asc(models.name))
    .all()
    .map((tag) => ({ ...tag, machines: machinesByModel.get(tag.modelId) ?? 0 }))
    // A customer sees the models of its own machines; a model without machines leads nowhere.
    .filter((tag) => tag.machines > 0);
  return {
    assets: cut(ranked.map(({ asset }) => asset)),
    customers: cut(customerRows),
    sites: cut(siteRows),
    tickets: cut(
      ticketRows(db, owner, words, most + 1, new Map(fleet.map(({ asset }) => [asset.id, asset.name]))),
    ),
    tags: cut(tagRows),
  };
}

const NONE = { items: [], more: false };
const NOTHING: SearchAnswer = { assets: NONE, customers: NONE, sites: NONE, tickets: NONE, tags: NONE };

/** 0 is best: the serial number or the name begins so, then a word of the name does, then anywhere. */
function rankOf({ name, serialNumber }: AssetRow, words: readonly string[]): number {
  const lower = name.toLowerCase();
  const whole = words.join(" ");
  if (serialNumber.toLowerCase().startsWith(whole)) return 0;
  if (lower === whole) return 0;
  if (lower.startsWith(whole)) return 1;
  if (words.every((word) => ` ${lower}`.includes(` ${word}`))) return 2;
  return words.every((word) => lower.includes(word)) ? 3 : 4;
}

const every = (column: Parameters<typeof containing>[0], words: readonly string[]): SQL[] =>
  words.map((word) => containing(column, word));

/** By number ("T-204", "204") or by words of the title; open ones first. */
function ticketRows(
  db: PortalDb,
  owner: string | null,
  words: readonly string[],
  limit: number,
  nameByAsset: ReadonlyMap<string, string>,
) {
  const digits = /^(?:t-?)?(\d+)$/.exec(words.join(""))?.[1];
  const byNumber = digits ? sql`cast(${tickets.number} as text) like ${`${digits}%`}` : undefined;
  return db
    .select({
      id: tickets.id,
      number: tickets.number,
      title: tickets.title,
      state: tickets.state,
      assetId: tickets.assetId,
    })
    .from(tickets)
    .where(
      and(
        owner === null ? undefined : eq(tickets.customerId, owner),
        or(byNumber, and(...every(tickets.title, words))),
      ),
    )
    .orderBy(sql`${tickets.endedAt} is not null`, desc(tickets.openedAt))
    .limit(limit)
    .all()
    .map(({ assetId, ...ticket }) => ({ ...ticket, assetName: nameByAsset.get(assetId ?? "") ?? null }));
}
