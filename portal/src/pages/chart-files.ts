import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { listAlarms } from "../read/alarms.ts";
import { findAsset } from "../read/assets.ts";
import { findModel } from "../read/models.ts";
import { seriesOf } from "../read/telemetry.ts";
import { chosenTags } from "./chart-panel.tsx";
import { cut } from "./chart-section.tsx";
import { seriesCsv } from "./series-csv.ts";
import { spanOf } from "./span.ts";
import { viewOf } from "./view-of.ts";

/** What a chart shows, as a file: the same address parameters as the machine's page, the same buckets. */
export function chartFiles(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/assets/:id/series.csv", async (c) => {
    const view = viewOf(c, deps);
    const { viewer } = view;
    const asset = findAsset(deps.db, viewer, c.req.param("id"));
    const model = findModel(deps.db, viewer, asset.modelId);
    const active = listAlarms(deps.db, viewer, { assetId: asset.id, state: "active", limit: 100 }).items;
    const query = c.req.query();
    const tags = chosenTags(query.tags, model, active);
    const range = cut(spanOf(query, view), query.buckets);
    const read = await seriesOf(deps, viewer, asset.id, { tags: tags.map((tag) => tag.key), ...range });
    const head = {
      title: asset.name,
      subtitle: `${asset.modelName} ${asset.serialNumber}, ${asset.siteName}`,
      from: read.from,
      to: read.to,
      zone: view.zone,
      bucketMs: Math.ceil((read.to - read.from) / range.buckets),
      drawnAt: view.now,
    };
    const name = asset.serialNumber.replace(/[^\w.-]+/g, "-");
    const day = new Date(read.from).toISOString().slice(0, 10);
    return c.body(seriesCsv(head, tags, read.series), 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}-${day}.csv"`,
    });
  });
}
