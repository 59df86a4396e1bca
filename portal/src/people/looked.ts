import type { PortalDb } from "@millwright/shared/db/open";
import { preferences } from "@millwright/shared/db/schema";
import { demand } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";

/** The person has seen what changed until then; null = never said so. A key is no person. */
export function markLooked(db: PortalDb, viewer: Viewer, untilMs: number | null): void {
  demand(viewer.kind === "user", "keep preferences");
  db.insert(preferences)
    .values({ userId: viewer.id, lookedAt: untilMs })
    .onConflictDoUpdate({ target: preferences.userId, set: { lookedAt: untilMs } })
    .run();
}
