import { z } from "@hono/zod-openapi";
import { ROLES } from "@millwright/shared/db/schema/people";
import { LEVELS, modelSchema, prioritySchema } from "@millwright/shared/domain/model";
import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { asTime, idSchema } from "../access/input.ts";

/** Shapes of the API's answers: the read layer's rows. Times are epoch ms UTC, units UCUM. */
const id = z.string();
const time = z.number().int();
const name = z.string();

export const created = z.object({ id }).openapi("Created");

export const customer = z
  .object({ id, name, createdAt: time, sites: z.number(), assets: z.number(), openTickets: z.number() })
  .openapi("Customer");

export const site = z
  .object({
    id,
    customerId: id,
    customerName: name,
    name,
    timeZone: z.string(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
  })
  .openapi("Site");

export const model = z.object({ id, ...modelSchema.shape, createdAt: time }).openapi("Model");

export const asset = z
  .object({
    id,
    serialNumber: z.string(),
    name,
    modelId: id,
    modelKey: z.string(),
    modelName: name,
    siteId: id,
    siteName: name,
    timeZone: z.string(),
    customerId: id,
    customerName: name,
    deviceIds: z.array(id),
    worstPriority: prioritySchema.nullable(),
    activeAlarms: z.number(),
    openTickets: z.number(),
    createdAt: time,
  })
  .openapi("Asset");

export const device = z
  .object({
    id,
    name,
    kind: z.enum(["device", "gateway"]),
    assetId: id.nullable(),
    assetName: name.nullable(),
    gatewayId: id.nullable(),
    gatewayName: name.nullable(),
    /** Where a gateway stands; a device stands where its asset does. */
    siteId: id.nullable(),
    siteName: name.nullable(),
    customerId: id.nullable(),
    customerName: name.nullable(),
    createdAt: time,
    revokedAt: time.nullable(),
  })
  .openapi("Device");

export const attributes = z
  .object({ attributes: z.record(z.string(), z.unknown()) })
  .openapi("Attributes", { description: "Newest value of each, as the device sent it" });

export const credential = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("token"), token: z.string() }),
  z.object({ kind: z.literal("secret"), secret: z.string(), username: z.string().optional() }),
  z.object({ kind: z.literal("certificate"), fingerprint: z.string() }),
]);

export const credentialRow = z
  .object({
    id,
    kind: z.enum(["token", "secret", "certificate"]),
    username: z.string().nullable(),
    fingerprint: z.string().nullable(),
    createdAt: time,
    endsAt: time.nullable(),
    endedAt: time.nullable(),
    lastUsedAt: time.nullable(),
    connections: z.number().nullable(),
  })
  .openapi("Credential", { description: "lastUsedAt and connections are null while the broker is away" });

export const provisioningKey = z
  .object({
    id,
    name,
    provisionDeviceKey: z.string(),
    modelId: id,
    modelName: name,
    customerId: id,
    customerName: name,
    siteId: id,
    siteName: name,
    uses: z.number(),
    used: z.number(),
    refused: z.number(),
    lastRefusedAt: time.nullable(),
    lastRefusal: z.string().nullable(),
    createdAt: time,
    createdBy: name,
    expiresAt: time,
    revokedAt: time.nullable(),
  })
  .openapi("ProvisioningKey");

export const madeDevice = z.object({ id, name, createdAt: time, revokedAt: time.nullable() });

export const alarm = z
  .object({
    id,
    assetId: id,
    assetName: name,
    customerId: id,
    customerName: name,
    siteName: name,
    tag: z.string().nullable(),
    tagName: name.nullable(),
    type: z.string(),
    /** The detector that found it, e.g. "limit". */
    detector: z.string(),
    level: z.enum(LEVELS).nullable(),
    priority: prioritySchema,
    summary: z.string(),
    value: z.number().nullable(),
    limit: z.number().nullable(),
    unit: z.string().nullable(),
    onset: time,
    raisedAt: time,
    clearedAt: time.nullable(),
    acknowledgedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
    backfilled: z.boolean(),
    ticketId: id.nullable(),
    ticketNumber: z.number().nullable(),
    /** Set aside by the maker's staff; always null for a customer. */
    shelf: z.object({ until: time.nullable(), reason: z.string(), by: name, at: time }).nullable(),
  })
  .openapi("Alarm");

export const ticket = z
  .object({
    id,
    number: z.number().int(),
    assetId: id.nullable(),
    assetName: name.nullable(),
    serialNumber: z.string().nullable(),
    siteName: name.nullable(),
    timeZone: z.string().nullable(),
    customerId: id,
    customerName: name,
    alarmType: z.string(),
    failureMode: z.string().nullable(),
    title: z.string(),
    description: z.string(),
    priority: prioritySchema,
    state: z.enum(TICKET_STATES),
    openedAt: time,
    updatedAt: time,
    endedAt: time.nullable(),
    assignee: z.string().nullable(),
    assigneeId: id.nullable(),
    disposition: z.enum(["real", "false-alarm", "known", "customer-caused"]).nullable(),
    resolution: z.string().nullable(),
    reopenedCount: z.number(),
    alarms: z.number(),
  })
  .openapi("Ticket");

export const comment = z
  .object({
    id,
    kind: z.enum(["public", "internal", "system"]),
    authorName: name,
    text: z.string(),
    at: time,
  })
  .openapi("Comment");

export const user = z
  .object({
    id,
    name,
    email: z.string(),
    role: z.enum(ROLES),
    customerId: id.nullable(),
    customerName: name.nullable(),
    canSignIn: z.boolean(),
    createdAt: time,
  })
  .openapi("User");

export const auditRow = z
  .object({
    id: z.number(),
    at: time,
    actorId: id.nullable(),
    actorName: name,
    action: z.string(),
    subject: z.string(),
    customerId: id.nullable(),
    detail: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi("AuditEntry");

export const rejected = z
  .object({
    id: z.number(),
    deviceId: id,
    topic: z.string(),
    reason: z.string(),
    receivedAt: time,
    payload: z.string(),
    payloadBytes: z.number(),
  })
  .openapi("RejectedMessage");

export const latest = z
  .object({
    values: z.array(
      z.object({
        tag: z.string(),
        name: name.nullable(),
        value: z.number(),
        unit: z.string().nullable(),
        time,
        quality: z.enum(["good", "uncertain", "bad"]),
        listed: z.boolean(),
        note: z.string().nullable(),
      }),
    ),
  })
  .openapi("LatestValues");

const figure = z.number();
export const series = z
  .object({
    from: time,
    to: time,
    series: z.array(
      z.object({
        tag: z.string(),
        unit: z.string().nullable(),
        points: z.array(
          z.object({
            time,
            min: figure,
            max: figure,
            mean: figure,
            last: figure,
            count: z.number().int(),
            uncertain: z.number().int().optional().openapi({ description: "Samples of uncertain quality" }),
          }),
        ),
      }),
    ),
  })
  .openapi("Series");

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const byId = z.strictObject({ id: idSchema });

/** What every list takes; repeated or unknown parameters are refused by name. */
export const page = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
};

export const timeQuery = z
  .string()
  .openapi({ description: "ISO 8601 with an offset, or epoch milliseconds", example: "2026-11-19T14:00:00Z" })
  .transform(asTime);
