import { createRoute, z } from "@hono/zod-openapi";
import { idSchema } from "../access/input.ts";
import type { PortalDeps } from "../deps.ts";
import { createDevice, newDeviceSchema, revokeDevice } from "../fleet/devices.ts";
import { endCredential, replaceCredential, replacementSchema } from "../fleet/replace-credential.ts";
import { listCredentials } from "../read/credentials.ts";
import { findDevice, listDevices } from "../read/devices.ts";
import { attributesOf } from "../read/telemetry.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { attributes, byId, credential, credentialRow, device, page, pageOf } from "./schemas.ts";

/** Devices and their credentials. */
export function deviceRoutes(api: Api, deps: PortalDeps): void {
  const { db, clock } = deps;
  api.openapi(
    createRoute({
      method: "get",
      path: "/devices",
      summary: "Devices, by name",
      security,
      request: {
        query: z.strictObject({ ...page, assetId: idSchema.optional(), customerId: idSchema.optional() }),
      },
      responses: { 200: json(pageOf(device), "One page"), ...problems },
    }),
    (c) => c.json(listDevices(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/devices/{id}",
      summary: "One device",
      security,
      request: { params: byId },
      responses: { 200: json(device, "The device"), ...problems },
    }),
    (c) => c.json(findDevice(db, c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/devices/{id}/attributes",
      summary: "What the device told of itself",
      security,
      request: { params: byId },
      responses: { 200: json(attributes, "The attributes"), ...problems },
    }),
    async (c) => {
      const told = await attributesOf(deps, c.get("viewer"), c.req.valid("param").id);
      return c.json({ attributes: told }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/devices",
      summary: "Add a device; the answer holds its credential, shown only now",
      security,
      request: { body: body(newDeviceSchema) },
      responses: { 201: json(z.object({ id: z.string(), credential }), "Added"), ...problems },
    }),
    (c) => c.json(createDevice(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/devices/{id}/credentials",
      summary: "The device's credentials, newest first, and when each was last used",
      security,
      request: { params: byId },
      responses: { 200: json(z.object({ items: z.array(credentialRow) }), "All of them"), ...problems },
    }),
    async (c) => {
      const items = await listCredentials(deps, c.get("viewer"), c.req.valid("param").id);
      return c.json({ items }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/devices/{id}/credentials",
      summary: "A new credential, shown only now; the earlier ones work until oldUntil, by default 7 days",
      security,
      request: { params: byId, body: body(replacementSchema) },
      responses: {
        201: json(z.object({ id: z.string(), credential, oldUntil: z.number().int().nullable() }), "Made"),
        ...problems,
      },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      return c.json(replaceCredential(db, c.get("viewer"), id, c.req.valid("json"), clock()), 201);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/devices/{id}/credentials/{credentialId}/end",
      summary: "One credential stops working at once; its connections are closed",
      security,
      request: { params: z.strictObject({ id: idSchema, credentialId: idSchema }) },
      responses: { 200: json(z.object({ items: z.array(credentialRow) }), "All of them"), ...problems },
    }),
    async (c) => {
      const { id, credentialId } = c.req.valid("param");
      endCredential(db, c.get("viewer"), id, credentialId, clock());
      return c.json({ items: await listCredentials(deps, c.get("viewer"), id) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/devices/{id}/revoke",
      summary: "The device may not connect any more; its history stays",
      security,
      request: { params: byId },
      responses: { 200: json(device, "Revoked"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      revokeDevice(db, c.get("viewer"), id, clock());
      return c.json(findDevice(db, c.get("viewer"), id), 200);
    },
  );
}
