import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { MOST_ASSETS, telemetryFile } from "../export/telemetry-file.ts";
import { findAsset } from "../read/assets.ts";
import { findModel } from "../read/models.ts";
import { fromWall } from "../views/wall-time.ts";
import { ExportPage, formOf } from "./export-page.tsx";
import { attempt } from "./form.ts";
import { viewOf } from "./view-of.ts";

/** "Give me the readings as a file." The form is a plain download; the script shows how far it is. */
export function exportPages(deps: PortalDeps): Hono<PortalEnv> {
  const page = (c: Parameters<typeof viewOf>[0], id: string) => {
    const view = viewOf(c, deps);
    const asset = findAsset(deps.db, view.viewer, id);
    const also = [...new Set(c.req.queries("also")?.flatMap((ids) => ids.split(",")) ?? [])]
      .filter((other) => other !== "" && other !== id)
      .slice(0, MOST_ASSETS - 1)
      .map((other) => findAsset(deps.db, view.viewer, other));
    const { tags } = findModel(deps.db, view.viewer, asset.modelId);
    const asked = new URL(c.req.url).searchParams;
    return { view, asset, also, tags, staff: isStaff(view.viewer), form: formOf(asked, view, asset) };
  };
  return new Hono<PortalEnv>()
    .get("/assets/:id/export", (c) => c.html(<ExportPage {...page(c, c.req.param("id"))} errors={{}} />))
    .get("/assets/:id/export/file", async (c) => {
      const props = page(c, c.req.param("id"));
      const { from, to, zone, tags, resolution, format } = props.form;
      const done = await attempt({ from, to, zone }, () =>
        telemetryFile(
          deps,
          props.view.viewer,
          {
            assetIds: [props.asset.id, ...props.also.map((other) => other.id)],
            tags,
            // Not a time at all: as if it lay before everything, which is refused by name.
            from: fromWall(from, zone) ?? Number.POSITIVE_INFINITY,
            to: fromWall(to, zone) ?? Number.NEGATIVE_INFINITY,
            resolution,
            format,
            zone,
          },
          c.req.raw.signal,
        ),
      );
      if (done.ok) return done.result;
      return c.html(<ExportPage {...props} errors={done.state.errors} problem={done.state.form} />, 422);
    });
}
