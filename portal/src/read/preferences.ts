import type { PortalDb } from "@millwright/shared/db/open";
import { preferences } from "@millwright/shared/db/schema";
import { eq } from "drizzle-orm";
import type { Viewer } from "../access/viewer.ts";

/** How a person wants to read; null = what the browser says. */
export type Preferences = {
  locale: string | null;
  timeZone: string | null;
  density: "compact" | "normal" | null;
  singleKeys: boolean;
};

export const NO_PREFERENCES: Preferences = { locale: null, timeZone: null, density: null, singleKeys: true };

export function preferencesOf(db: PortalDb, viewer: Viewer): Preferences {
  const { locale, timeZone, density, singleKeys } = preferences;
  const row = db
    .select({ locale, timeZone, density, singleKeys })
    .from(preferences)
    .where(eq(preferences.userId, viewer.id))
    .get();
  return row ?? NO_PREFERENCES;
}
