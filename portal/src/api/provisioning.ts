import { createRoute, z } from "@hono/zod-openapi";
import { idSchema } from "../access/input.ts";
import type { PortalDeps } from "../deps.ts";
import {
  createProvisioningKey,
  newProvisioningKeySchema,
  revokeProvisioningKey,
} from "../fleet/provisioning-keys.ts";
import { devicesMadeBy, findProvisioningKey, listProvisioningKeys } from "../read/provisioning.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { byId, madeDevice, page, pageOf, provisioningKey } from "./schemas.ts";

const made = z.object({ id: z.string(), provisionDeviceKey: z.string(), provisionDeviceSecret: z.string() });

/** Keys with which factory images register themselves. */
export function provisioningRoutes(api: Api, deps: PortalDeps): void {
  const { db, clock } = deps;
  api.openapi(
    createRoute({
      method: "get",
      path: "/provisioning-keys",
      summary: "Provisioning keys, newest first",
      security,
      request: { query: z.strictObject({ ...page, customerId: idSchema.optional() }) },
      responses: { 200: json(pageOf(provisioningKey), "One page"), ...problems },
    }),
    (c) => c.json(listProvisioningKeys(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/provisioning-keys",
      summary: "Make a provisioning key; the answer holds its secret, shown only now",
      security,
      request: { body: body(newProvisioningKeySchema) },
      responses: { 201: json(made, "Made"), ...problems },
    }),
    (c) => c.json(createProvisioningKey(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/provisioning-keys/{id}",
      summary: "One provisioning key and what it has made",
      security,
      request: { params: byId },
      responses: {
        200: json(provisioningKey.extend({ devices: z.array(madeDevice) }), "The key"),
        ...problems,
      },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      const key = findProvisioningKey(db, c.get("viewer"), id);
      return c.json({ ...key, devices: devicesMadeBy(db, c.get("viewer"), id) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/provisioning-keys/{id}/revoke",
      summary: "Nothing registers with the key any more; what it has made goes on",
      security,
      request: { params: byId },
      responses: { 200: json(provisioningKey, "Revoked"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      revokeProvisioningKey(db, c.get("viewer"), id, clock());
      return c.json(findProvisioningKey(db, c.get("viewer"), id), 200);
    },
  );
}
