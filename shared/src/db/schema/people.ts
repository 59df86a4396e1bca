import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { customers } from "./fleet.ts";

export const ROLES = ["administrator", "engineer", "owner", "viewer"] as const;
/** administrator and engineer are the maker's staff; owner and viewer belong to one customer. */
export type Role = (typeof ROLES)[number];

/** user, session, account, verification: the four tables better-auth asks for, plus role and customer. */
export const user = sqliteTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
  image: text("image"),
  createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
  updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  role: text("role").$type<Role>().notNull().default("viewer"),
  customerId: text("customer_id").references(() => customers.id),
});

export const session = sqliteTable(
  "session",
  {
    id: text("id").primaryKey(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
    token: text("token").notNull().unique(),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
  },
  (t) => [index("session_user").on(t.userId)],
);

export const account = sqliteTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: integer("access_token_expires_at", { mode: "timestamp_ms" }),
    refreshTokenExpiresAt: integer("refresh_token_expires_at", { mode: "timestamp_ms" }),
    scope: text("scope"),
    password: text("password"),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("account_user").on(t.userId)],
);

/** How a person wants to read: a missing row or null = what the browser says. */
export const preferences = sqliteTable("preferences", {
  userId: text("user_id")
    .primaryKey()
    .references(() => user.id, { onDelete: "cascade" }),
  /** BCP 47: numbers and dates are written its way. */
  locale: text("locale"),
  /** IANA zone */
  timeZone: text("time_zone"),
  density: text("density", { enum: ["compact", "normal"] }),
  /** WCAG 2.1.4: single-letter keys can be switched off. */
  singleKeys: integer("single_keys", { mode: "boolean" }).notNull().default(true),
  /** Until when the person has seen what changed. */
  lookedAt: integer("looked_at"),
});

/** A list with its filter under a name: of one person, or of all who share its side (the maker's staff, one customer). */
export const savedViews = sqliteTable(
  "saved_views",
  {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    /** Whose people may see a team view; null = the maker's staff. */
    customerId: text("customer_id").references(() => customers.id),
    team: integer("team", { mode: "boolean" }).notNull().default(false),
    page: text("page", { enum: ["fleet", "alarms", "tickets"] }).notNull(),
    name: text("name").notNull(),
    /** The page's query string, without the question mark. */
    query: text("query").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("saved_views_user").on(t.userId, t.page), index("saved_views_team").on(t.customerId, t.page)],
);

export const verification = sqliteTable("verification", {
  id: text("id").primaryKey(),
  identifier: text("identifier").notNull(),
  value: text("value").notNull(),
  expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
  createdAt: integer("created_at", { mode: "timestamp_ms" }),
  updatedAt: integer("updated_at", { mode: "timestamp_ms" }),
});

export const apiKeys = sqliteTable("api_keys", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** SHA-256 of the random key, lower-case hex. */
  hash: text("hash").notNull().unique(),
  role: text("role").$type<Role>().notNull(),
  customerId: text("customer_id").references(() => customers.id),
  createdAt: integer("created_at").notNull(),
  lastUsedAt: integer("last_used_at"),
  revokedAt: integer("revoked_at"),
});
