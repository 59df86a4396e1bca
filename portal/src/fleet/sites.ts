import type { PortalDb } from "@millwright/shared/db/open";
import { sites } from "@millwright/shared/db/schema";
import { z } from "zod";
import { auditEntry, commit } from "../access/audit.ts";
import { idSchema, nameSchema, parseInput } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff, type Viewer } from "../access/viewer.ts";
import { newId } from "../secrets.ts";
import { demandCustomer } from "./customers.ts";

/** IANA name. An offset such as +01:00 is refused: days of a site follow its clock changes. */
const timeZoneSchema = z.string().refine(isZone, "must be an IANA time zone, e.g. Europe/Amsterdam");

export const newSiteSchema = z.strictObject({
  customerId: idSchema,
  name: nameSchema,
  timeZone: timeZoneSchema,
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
});

export function createSite(
  db: PortalDb,
  viewer: Viewer,
  input: z.input<typeof newSiteSchema>,
  nowMs: number,
): { id: string } {
  demand(isStaff(viewer), "add sites");
  const site = parseInput(newSiteSchema, input);
  const id = newId("site");
  return commit(db, (tx) => {
    demandCustomer(tx, site.customerId);
    tx.insert(sites)
      .values({ id, ...site, createdAt: nowMs })
      .run();
    const { customerId, ...detail } = site;
    auditEntry(tx, viewer, { at: nowMs, action: "site.created", subject: id, customerId, detail });
    return { id };
  });
}

function isZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
