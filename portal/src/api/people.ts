import { createRoute, z } from "@hono/zod-openapi";
import { idSchema } from "../access/input.ts";
import type { PortalDeps } from "../deps.ts";
import { createUser, newUserSchema } from "../people/users.ts";
import { listAudit } from "../read/audit.ts";
import { listUsers } from "../read/users.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { auditRow, created, page, pageOf, user } from "./schemas.ts";

/** Users, and who did what. */
export function peopleRoutes(api: Api, deps: PortalDeps): void {
  const { db, clock } = deps;
  api.openapi(
    createRoute({
      method: "get",
      path: "/users",
      summary: "Users, by e-mail",
      security,
      request: { query: z.strictObject({ ...page, customerId: idSchema.optional() }) },
      responses: { 200: json(pageOf(user), "One page"), ...problems },
    }),
    (c) => c.json(listUsers(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/users",
      summary: "Add a user; without a password the answer holds a first one, shown only now",
      security,
      request: { body: body(newUserSchema) },
      responses: { 201: json(created.extend({ password: z.string().optional() }), "Added"), ...problems },
    }),
    async (c) => c.json(await createUser(deps, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/audit",
      summary: "Who did what, newest first",
      security,
      request: { query: z.strictObject({ ...page, subject: z.string().max(200).optional() }) },
      responses: { 200: json(pageOf(auditRow), "One page"), ...problems },
    }),
    (c) => c.json(listAudit(db, c.get("viewer"), c.req.valid("query")), 200),
  );
}
