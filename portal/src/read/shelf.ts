import { alarms, shelvings } from "@millwright/shared/db/schema";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { isStaff, type Viewer } from "../access/viewer.ts";

/**
 * The newest occurrence of its type on its machine, of the types that are shelved there: the one for which a shelving
 * stands in a list. The few shelvings are asked once, never the many alarms one by one.
 */
export const isNewestOfShelved: SQL = sql`${alarms.id} in (
  select (select newest.id from alarms newest
    where newest.asset_id = open.asset_id and newest.type = open.type
    order by newest.raised_at desc, newest.id desc limit 1)
  from shelvings open where open.ended_at is null)`;

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
    sql`(${alarms.clearedAt} is null or ${alarms.raisedAt} >= ${shelvings.at} or ${isNewestOfShelved})`,
  );
}
