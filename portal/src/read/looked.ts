import type { PortalDb } from "@millwright/shared/db/open";
import { preferences } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import type { Viewer } from "../access/viewer.ts";

const DAY_MS = 86_400_000;
/** What is older is history, not news: a person back from a long absence begins with the last two weeks. Ours. */
const LONGEST_MS = 14 * DAY_MS;

/** Until when the person has said that they have seen what changed; of one who never has, since yesterday. */
export function lookedSince(
  db: PortalDb,
  viewer: Viewer,
  nowMs: number,
): { since: number; lookedAt: number | null } {
  const row = db
    .select({ lookedAt: preferences.lookedAt })
    .from(preferences)
    .where(eq(preferences.userId, viewer.id))
    .get();
  const lookedAt = row?.lookedAt ?? null;
  // A clock that was set back must not hide what happens now.
  const since = Math.min(lookedAt ?? nowMs - DAY_MS, nowMs);
  return { since: Math.max(since, nowMs - LONGEST_MS), lookedAt };
}
