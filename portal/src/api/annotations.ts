import { createRoute, z } from "@hono/zod-openapi";
import type { PortalDeps } from "../deps.ts";
import { listAnnotations } from "../read/annotations.ts";
import { addAnnotation, annotationSchema, editAnnotation, setRemoved } from "../service-desk/annotations.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { byId, timeQuery } from "./schemas.ts";

const annotation = z
  .object({
    id: z.string(),
    assetId: z.string(),
    customerId: z.string(),
    tag: z.string().nullable().openapi({ description: "null: of the whole machine" }),
    from: z.number(),
    to: z.number().nullable().openapi({ description: "null: a moment" }),
    text: z.string(),
    internal: z.boolean().openapi({ description: "For the maker's staff only" }),
    authorId: z.string(),
    authorName: z.string(),
    createdAt: z.number(),
    removedAt: z.number().nullable(),
  })
  .openapi("Annotation");

/** Notes on a machine's time axis. */
export function annotationRoutes(api: Api, { db, clock }: PortalDeps): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets/{id}/annotations",
      summary: "Notes on the asset's time axis, newest first; at most 200",
      security,
      request: {
        params: byId,
        query: z.strictObject({ from: timeQuery.optional(), to: timeQuery.optional() }),
      },
      responses: { 200: json(z.object({ items: z.array(annotation) }), "The notes"), ...problems },
    }),
    (c) => {
      const query = { assetId: c.req.valid("param").id, ...c.req.valid("query") };
      return c.json({ items: listAnnotations(db, c.get("viewer"), query) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/assets/{id}/annotations",
      summary: "Write a note on a moment or a stretch of time",
      security,
      request: { params: byId, body: body(annotationSchema) },
      responses: { 201: json(annotation, "The note"), ...problems },
    }),
    (c) =>
      c.json(addAnnotation(db, c.get("viewer"), c.req.valid("param").id, c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/annotations/{id}",
      summary: "Say a note anew; its author and administrators may",
      security,
      request: { params: byId, body: body(annotationSchema) },
      responses: { 200: json(annotation, "The note"), ...problems },
    }),
    (c) =>
      c.json(editAnnotation(db, c.get("viewer"), c.req.valid("param").id, c.req.valid("json"), clock()), 200),
  );
  for (const [verb, removed] of [
    ["remove", true],
    ["restore", false],
  ] as const) {
    api.openapi(
      createRoute({
        method: "post",
        path: `/annotations/{id}/${verb}`,
        summary: removed ? "Take a note away" : "Bring a note back that was taken away",
        security,
        request: { params: byId },
        responses: { 200: json(annotation, "The note"), ...problems },
      }),
      (c) => c.json(setRemoved(db, c.get("viewer"), c.req.valid("param").id, removed, clock()), 200),
    );
  }
}
