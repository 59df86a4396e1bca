import { createRoute, z } from "@hono/zod-openapi";
import { invalid } from "../access/input.ts";
import type { PortalDeps } from "../deps.ts";
import { latestOf, rejectedFor, seriesOf } from "../read/telemetry.ts";
import { type Api, json, problems, security } from "./route.ts";
import { byId, latest, pageOf, rejected, series, timeQuery } from "./schemas.ts";

const DAY_MS = 86_400_000;

const seriesQuery = z.strictObject({
  tags: z.string().max(10_000).optional().openapi({ description: "Comma-separated; default: all" }),
  from: timeQuery.optional(),
  to: timeQuery.optional(),
  buckets: z.coerce.number().int().min(1).max(2000).optional(),
});

/** What the machines measured, and what could not be understood. */
export function telemetryRoutes(api: Api, deps: PortalDeps): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets/{id}/latest",
      summary: "Newest value of each tag",
      security,
      request: { params: byId },
      responses: { 200: json(latest, "The values"), ...problems },
    }),
    async (c) => c.json({ values: await latestOf(deps, c.get("viewer"), c.req.valid("param").id) }, 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets/{id}/series",
      summary: "Measured values in equal buckets; default: the last 24 hours in 500",
      security,
      request: { params: byId, query: seriesQuery },
      responses: { 200: json(series, "The series"), ...problems },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const to = query.to ?? deps.clock();
      const from = query.from ?? to - DAY_MS;
      if (from >= to) throw invalid("from", "must be before to");
      const tags = query.tags?.split(",").filter((tag) => tag !== "");
      const asked = { ...(tags?.length ? { tags } : {}), from, to, buckets: query.buckets ?? 500 };
      return c.json(await seriesOf(deps, c.get("viewer"), c.req.valid("param").id, asked), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/rejected-messages",
      summary: "Messages that could not be understood, newest first",
      security,
      request: {
        query: z.strictObject({
          cursor: z.coerce.number().int().min(1).optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
      },
      responses: { 200: json(pageOf(rejected), "One page"), ...problems },
    }),
    async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const { items, nextBefore } = await rejectedFor(deps, c.get("viewer"), { before: cursor, limit });
      return c.json({ items, nextCursor: nextBefore === null ? null : String(nextBefore) }, 200);
    },
  );
}
