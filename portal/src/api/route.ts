import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { PortalEnv } from "../deps.ts";

export type Api = OpenAPIHono<PortalEnv>;

const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string().optional(),
    field: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

const asProblem = { "application/problem+json": { schema: problemBody } };
/** What any call may answer besides its own; app.ts and problem.ts do. */
export const problems = {
  400: { description: "The input is not right; the fields at fault are named", content: asProblem },
  401: { description: "No valid key or session", content: asProblem },
  403: { description: "The role may not do this", content: asProblem },
  404: { description: "There is no such thing for this caller", content: asProblem },
  409: { description: "It does not fit what is there", content: asProblem },
  503: { description: "A part of the product is not available", content: asProblem },
} as const;

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

/** A key, or the session of a page. */
export const security: Record<string, string[]>[] = [{ key: [] }, { session: [] }];
