import { sql } from "drizzle-orm";
import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { DetectorName, FindingKind } from "../../domain/finding.ts";
import type { Level, Priority } from "../../domain/model.ts";
import type { TicketState } from "../../domain/ticket.ts";
import { assets, customers } from "./fleet.ts";

export const alarms = sqliteTable(
  "alarms",
  {
    /** Finding.alarmId: deterministic, so a replayed finding meets the row it made. */
    id: text("id").primaryKey(),
    assetId: text("asset_id")
      .notNull()
      .references(() => assets.id),
    /** Owner of the asset at `onset`. */
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    deviceId: text("device_id").notNull(),
    tag: text("tag"),
    type: text("type").notNull(),
    detector: text("detector").$type<DetectorName>().notNull(),
    level: text("level").$type<Level>(),
    priority: integer("priority").$type<Priority>().notNull(),
    summary: text("summary").notNull(),
    value: real("value"),
    limit: real("limit_value"),
    unit: text("unit"),
    onset: integer("onset").notNull(),
    raisedAt: integer("raised_at").notNull(),
    /** null = active. */
    clearedAt: integer("cleared_at"),
    acknowledgedAt: integer("acknowledged_at"),
    acknowledgedBy: text("acknowledged_by"),
    backfilled: integer("backfilled", { mode: "boolean" }).notNull(),
    ticketId: text("ticket_id").references(() => tickets.id),
  },
  (t) => [
    uniqueIndex("alarms_open").on(t.assetId, t.type).where(sql`${t.clearedAt} is null`),
    index("alarms_customer").on(t.customerId, t.raisedAt),
    index("alarms_ticket").on(t.ticketId),
    index("alarms_asset").on(t.assetId, t.raisedAt),
  ],
);

/** An alarm set aside for a time. Its condition is still recorded; the newest row without an end is the one in force. */
export const shelvings = sqliteTable(
  "shelvings",
  {
    id: text("id").primaryKey(),
    assetId: text("asset_id")
      .notNull()
      .references(() => assets.id),
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    /** Alarm type, see alarms.type: the next alarm of this type is shelved too. */
    type: text("type").notNull(),
    reason: text("reason").notNull(),
    at: integer("at").notNull(),
    by: text("by").notNull(),
    byName: text("by_name").notNull(),
    /** Ends by itself then; null = once, until the alarm clears. */
    until: integer("until_at"),
    /** null = in force (or run out at `until`). */
    endedAt: integer("ended_at"),
    endedBy: text("ended_by"),
  },
  (t) => [
    uniqueIndex("shelvings_open").on(t.assetId, t.type).where(sql`${t.endedAt} is null`),
    index("shelvings_customer").on(t.customerId, t.at),
  ],
);

/** A person's note on a machine's chart, at a time or over a span of it. */
export const annotations = sqliteTable(
  "annotations",
  {
    id: text("id").primaryKey(),
    assetId: text("asset_id")
      .notNull()
      .references(() => assets.id),
    /** Owner of the asset at `from`. */
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    /** null = of the whole machine. */
    tag: text("tag"),
    from: integer("from_at").notNull(),
    /** null = a moment. */
    to: integer("to_at"),
    text: text("text").notNull(),
    /** Never shown to a customer. */
    internal: integer("internal", { mode: "boolean" }).notNull(),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    createdAt: integer("created_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (t) => [index("annotations_asset").on(t.assetId, t.from)],
);

/** Every finding applied, once: the primary key makes a replay a no-op. */
export const findingsApplied = sqliteTable(
  "findings_applied",
  {
    id: text("id").primaryKey(),
    alarmId: text("alarm_id").notNull(),
    kind: text("kind").$type<FindingKind>().notNull(),
    at: integer("at").notNull(),
    level: text("level").$type<Level>(),
    value: real("value"),
  },
  (t) => [index("findings_applied_alarm").on(t.alarmId, t.at)],
);

export const tickets = sqliteTable(
  "tickets",
  {
    id: text("id").primaryKey(),
    /** Shown as T-20418. */
    number: integer("number").notNull().unique(),
    assetId: text("asset_id").references(() => assets.id),
    /** The customer who owned the asset when the event happened. */
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    /** Alarm type that opened it; "customer:<random>" for one raised by a person. */
    alarmType: text("alarm_type").notNull(),
    failureMode: text("failure_mode"),
    title: text("title").notNull(),
    description: text("description").notNull(),
    priority: integer("priority").$type<Priority>().notNull(),
    state: text("state").$type<TicketState>().notNull(),
    /** Event time for a ticket from an alarm. */
    openedAt: integer("opened_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    endedAt: integer("ended_at"),
    assignee: text("assignee"),
    disposition: text("disposition", { enum: ["real", "false-alarm", "known", "customer-caused"] }),
    resolution: text("resolution"),
    reopenedCount: integer("reopened_count").notNull().default(0),
    duplicateOf: text("duplicate_of"),
  },
  (t) => [
    // The customer is part of it: a machine sold with a ticket open may need a second one on its new owner's account.
    uniqueIndex("tickets_open").on(t.assetId, t.customerId, t.alarmType).where(sql`${t.endedAt} is null`),
    index("tickets_customer").on(t.customerId, t.openedAt),
    index("tickets_asset").on(t.assetId, t.openedAt),
  ],
);

export const comments = sqliteTable(
  "comments",
  {
    id: text("id").primaryKey(),
    ticketId: text("ticket_id")
      .notNull()
      .references(() => tickets.id),
    /** system: a sentence the service desk wrote about a change. internal: never shown to a customer. */
    kind: text("kind", { enum: ["public", "internal", "system"] }).notNull(),
    authorId: text("author_id"),
    authorName: text("author_name").notNull(),
    text: text("text").notNull(),
    at: integer("at").notNull(),
  },
  (t) => [index("comments_ticket").on(t.ticketId, t.at)],
);

export const auditEntries = sqliteTable(
  "audit_entries",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: integer("at").notNull(),
    actorId: text("actor_id"),
    actorName: text("actor_name").notNull(),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    customerId: text("customer_id"),
    detail: text("detail", { mode: "json" }).$type<Record<string, unknown>>(),
  },
  (t) => [index("audit_at").on(t.at)],
);

/** How far the portal has durably got in each journal it reads. */
export const readerOffsets = sqliteTable("reader_offsets", {
  journal: text("journal").primaryKey(),
  seq: integer("seq").notNull(),
});
