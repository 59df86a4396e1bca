import type { PortalDb } from "@millwright/shared/db/open";
import type { ExtractSource } from "@millwright/shared/telemetry/extract";
import type { Viewer } from "../access/viewer.ts";
import { findAsset, visibleFrom } from "./assets.ts";
import { findModel } from "./models.ts";
import type { AssetRow } from "./rows.ts";
import { deviceIdsEver } from "./telemetry.ts";

/**
 * What may be taken of these machines: also of devices that were replaced, and nothing from before the viewer's
 * ownership. Throws not_found when one of them is not the viewer's to see.
 */
export function extractSources(
  db: PortalDb,
  viewer: Viewer,
  assetIds: readonly string[],
): { asset: AssetRow; source: ExtractSource }[] {
  return [...new Set(assetIds)].map((id) => {
    const asset = findAsset(db, viewer, id);
    const { tags } = findModel(db, viewer, asset.modelId);
    return {
      asset,
      source: {
        asset: asset.name,
        serial: asset.serialNumber,
        devices: deviceIdsEver(db, id),
        since: Math.max(0, visibleFrom(db, viewer, id)),
        units: Object.fromEntries(tags.map((tag) => [tag.key, tag.unit])),
      },
    };
  });
}
