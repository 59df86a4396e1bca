import { alarms, shelvings } from "@millwright/shared/db/schema";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { isStaff, type Viewer } from "../access/viewer.ts";

/** The newest occurrence of its type on its machine: the one for which a shelving stands in a list. */
export const isNewestOfItsType: SQL = sql`${alarms.id} = (
  select newest.id from alarms newest
  where newest.asset_id = ${alarms.assetId} and newest.type = ${alarms.type}
  order by newest.raised_at desc, newest.id desc limit 1)`;

/**
 * Join of alarms with the shelving in force: on what is active, on what came since, and on the newest occurrence.
 * Shelving is the maker's own business: a customer sees its alarms as they are.
 */
export function shelvedFor(viewer: Viewer): SQL | undefined {
  if (!isStaff(viewer)) return sql`false`;
  return and(
    eq(shelvings.assetId, alarms.assetId),
    eq(shelvings.type, alarms.type),
    isNull(shelvings.endedAt),
    sql`(${alarms.clearedAt} is null or ${alarms.raisedAt} >= ${shelvings.at} or ${isNewestOfItsType})`,
  );
}
