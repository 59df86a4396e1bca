import { createRoute, z } from "@hono/zod-openapi";
import type { PortalDeps } from "../deps.ts";
import { telemetryFile } from "../export/telemetry-file.ts";
import { type Api, problems, security } from "./route.ts";
import { byId, timeQuery } from "./schemas.ts";

const DAY_MS = 86_400_000;
const list = (text: string | undefined) => text?.split(",").filter((part) => part !== "") ?? [];

const query = z.strictObject({
  from: timeQuery.optional(),
  to: timeQuery.optional(),
  tags: z.string().max(10_000).optional().openapi({ description: "Comma-separated; default: all" }),
  also: z.string().max(4_000).optional().openapi({ description: "Ids of further assets, comma-separated" }),
  resolution: z.enum(["raw", "1m", "1h"]).default("raw").openapi({
    description:
      "raw: every sample with its quality; 1m, 1h: mean, min, max, last and count, without bad samples",
  }),
  format: z.enum(["csv", "parquet"]).default("csv"),
  zone: z.string().max(64).default("UTC").openapi({ description: "IANA time zone of the times in a CSV" }),
});

const file = z.string().openapi({ format: "binary" });

/** The readings as a file. */
export function exportRoutes(api: Api, deps: PortalDeps): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets/{id}/export",
      summary: "Measured values as a file; default: the last 24 hours. The header x-rows tells its rows",
      security,
      request: { params: byId, query },
      responses: {
        200: {
          description: "The file, as fast as it is read",
          content: { "text/csv": { schema: file }, "application/vnd.apache.parquet": { schema: file } },
        },
        ...problems,
      },
    }),
    async (c) => {
      const { from, to, tags, also, resolution, format, zone } = c.req.valid("query");
      const end = to ?? deps.clock();
      const assetIds = [c.req.valid("param").id, ...list(also)];
      const asked = {
        assetIds,
        tags: list(tags),
        from: from ?? end - DAY_MS,
        to: end,
        resolution,
        format,
        zone,
      };
      return telemetryFile(deps, c.get("viewer"), asked, c.req.raw.signal);
    },
  );
}
