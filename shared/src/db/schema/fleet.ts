import { sql } from "drizzle-orm";
import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { FailureMode, Limits, ResidualSettings, RunningRule } from "../../domain/model.ts";

/** All ids are random text (nanoid-like, prefixed); all times epoch ms UTC. */

export const customers = sqliteTable("customers", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const sites = sqliteTable(
  "sites",
  {
    id: text("id").primaryKey(),
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    name: text("name").notNull(),
    /** IANA zone: days of this site are cut in it. */
    timeZone: text("time_zone").notNull(),
    latitude: real("latitude"),
    longitude: real("longitude"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("sites_customer").on(t.customerId)],
);

export const models = sqliteTable("models", {
  id: text("id").primaryKey(),
  key: text("key").notNull().unique(),
  name: text("name").notNull(),
  running: text("running", { mode: "json" }).$type<RunningRule>(),
  failureModes: text("failure_modes", { mode: "json" }).$type<FailureMode[]>().notNull(),
  createdAt: integer("created_at").notNull(),
});

export const modelTags = sqliteTable(
  "model_tags",
  {
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    key: text("key").notNull(),
    position: integer("position").notNull(),
    name: text("name").notNull(),
    unit: text("unit").notNull(),
    spanLow: real("span_low").notNull(),
    spanHigh: real("span_high").notNull(),
    expectedIntervalMs: integer("expected_interval_ms").notNull(),
    resolution: real("resolution"),
    limits: text("limits", { mode: "json" }).$type<Limits>(),
    maxRatePerS: real("max_rate_per_s"),
    rateAlarmPerS: real("rate_alarm_per_s"),
    flatLine: integer("flat_line", { mode: "boolean" }).notNull().default(true),
    /** null = the default of domain/model.ts, false = off, settings = on. */
    residual: text("residual", { mode: "json" }).$type<false | ResidualSettings>(),
    judgeAlways: integer("judge_always", { mode: "boolean" }).notNull().default(false),
    onChange: integer("on_change", { mode: "boolean" }).notNull().default(false),
  },
  (t) => [uniqueIndex("model_tags_key").on(t.modelId, t.key)],
);

export const assets = sqliteTable(
  "assets",
  {
    id: text("id").primaryKey(),
    serialNumber: text("serial_number").notNull().unique(),
    name: text("name").notNull(),
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    siteId: text("site_id")
      .notNull()
      .references(() => sites.id),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("assets_site").on(t.siteId)],
);

/** Who owned the asset when. Intervals of one asset do not overlap; the open one has `to` null. */
export const ownerships = sqliteTable(
  "ownerships",
  {
    id: text("id").primaryKey(),
    assetId: text("asset_id")
      .notNull()
      .references(() => assets.id),
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    /** Inclusive. 0 = since ever. */
    from: integer("from_at").notNull(),
    /** Exclusive. */
    to: integer("to_at"),
  },
  (t) => [
    uniqueIndex("ownerships_open").on(t.assetId).where(sql`${t.to} is null`),
    index("ownerships_customer").on(t.customerId),
  ],
);

export const devices = sqliteTable(
  "devices",
  {
    id: text("id").primaryKey(),
    /** Child devices of a gateway are known by this name in v1/gateway messages. */
    name: text("name").notNull(),
    kind: text("kind", { enum: ["device", "gateway"] }).notNull(),
    /** null for a gateway. A device belongs to one asset for life. */
    assetId: text("asset_id").references(() => assets.id),
    gatewayId: text("gateway_id"),
    /** A gateway's place, and thereby whose it is; null for a device, which stands where its asset stands. */
    siteId: text("site_id").references(() => sites.id),
    createdAt: integer("created_at").notNull(),
    /** Set = credentials no longer work. */
    revokedAt: integer("revoked_at"),
    /** The key with which it registered itself; null when a person added it. */
    provisionedBy: text("provisioned_by").references(() => provisioningKeys.id),
  },
  (t) => [
    uniqueIndex("devices_gateway_name").on(t.gatewayId, t.name),
    index("devices_asset").on(t.assetId),
    index("devices_provisioned_by").on(t.provisionedBy),
  ],
);

export const deviceCredentials = sqliteTable(
  "device_credentials",
  {
    id: text("id").primaryKey(),
    deviceId: text("device_id")
      .notNull()
      .references(() => devices.id),
    /**
     * token: the MQTT user name alone. secret: user name and password. certificate: one that the broker's CA has
     * signed, pinned by its fingerprint.
     */
    kind: text("kind", { enum: ["token", "secret", "certificate"] }).notNull(),
    /**
     * SHA-256, lower-case hex: of the random token or secret, or of the certificate's DER. "cn:<device id>": any
     * certificate of the CA that names the device.
     */
    hash: text("hash").notNull(),
    /** Of a secret: the user name that firmware chose for itself; null = the device id. */
    username: text("username"),
    createdAt: integer("created_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** A replaced one works until then, exclusive. null = until it is replaced or revoked. */
    endsAt: integer("ends_at"),
  },
  (t) => [
    index("device_credentials_device").on(t.deviceId),
    index("device_credentials_username").on(t.username),
    uniqueIndex("device_credentials_hash").on(t.hash),
  ],
);

/** With one of these a factory image registers itself: which model, whose, where, how often and until when. */
export const provisioningKeys = sqliteTable(
  "provisioning_keys",
  {
    id: text("id").primaryKey(),
    /** provisionDeviceKey: names the key, no secret. */
    key: text("key").notNull().unique(),
    /** SHA-256 of provisionDeviceSecret, lower-case hex. */
    secretHash: text("secret_hash").notNull(),
    name: text("name").notNull(),
    modelId: text("model_id")
      .notNull()
      .references(() => models.id),
    customerId: text("customer_id")
      .notNull()
      .references(() => customers.id),
    siteId: text("site_id")
      .notNull()
      .references(() => sites.id),
    /** How many devices it may make, and how many it has made. */
    uses: integer("uses").notNull(),
    used: integer("used").notNull().default(0),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    revokedAt: integer("revoked_at"),
    /** Requests with this key that were refused. */
    refused: integer("refused").notNull().default(0),
    lastRefusedAt: integer("last_refused_at"),
    lastRefusal: text("last_refusal"),
  },
  (t) => [index("provisioning_keys_customer").on(t.customerId)],
);
