import type { PortalDb } from "@millwright/shared/db/open";
import { preferences } from "@millwright/shared/db/schema";
import { z } from "zod";
import { parseInput } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import type { Viewer } from "../access/viewer.ts";
import { isLocale } from "../views/locale.ts";
import { isZone } from "../views/time.ts";

/** null = as the browser says. */
const preferencesSchema = z.strictObject({
  locale: z.string().refine(isLocale, "is not one of the list").nullable(),
  timeZone: z.string().max(64).refine(isZone, "must be an IANA time zone").nullable(),
  density: z.enum(["compact", "normal"]).nullable(),
  singleKeys: z.boolean(),
});

/** One's own way of reading. A key is no person: Failure "unauthorized". */
export function keepPreferences(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof preferencesSchema>,
): void {
  demand(viewer.kind === "user", "keep preferences");
  const kept = parseInput(preferencesSchema, input);
  db.insert(preferences)
    .values({ userId: viewer.id, ...kept })
    .onConflictDoUpdate({ target: preferences.userId, set: kept })
    .run();
}
