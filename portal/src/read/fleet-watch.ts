import type { PortalDb } from "@millwright/shared/db/open";

/** Machines whose row, devices, alarms or tickets may have changed since the last call. */
export type Touched = "all" | ReadonlySet<string>;

/** Column that names the machine, in each table that tells something of one. */
const MACHINE_COLUMN = {
  assets: "id",
  ownerships: "asset_id",
  devices: "asset_id",
  alarms: "asset_id",
  tickets: "asset_id",
} as const;
/** A new name here is a new name in many machines' rows. */
const NAMES = ["customers", "sites", "models"] as const;

/**
 * Watches by triggers of this connection alone (temp: nothing is written into the file), so that no write path can
 * forget to tell. A commit of another process shows in `data_version`; the portal is the only writer in regular service.
 */
export function watchFleet(db: PortalDb): () => Touched {
  const client = db.$client;
  let all = true;
  let touched = new Set<string>();
  client.function("fleet_touched", (assetId) => {
    if (typeof assetId === "string") touched.add(assetId);
    return null;
  });
  client.function("fleet_renamed", () => {
    all = true;
    return null;
  });
  for (const [table, column] of Object.entries(MACHINE_COLUMN)) {
    for (const [event, row] of [
      ["insert", "new"],
      ["update", "new"],
      ["delete", "old"],
    ]) {
      client.exec(`create temp trigger fleet_${table}_${event} after ${event} on main.${table}
        begin select fleet_touched(${row}.${column}); end`);
    }
  }
  for (const table of NAMES) {
    client.exec(`create temp trigger fleet_${table}_update after update on main.${table}
      begin select fleet_renamed(); end`);
  }
  const version = client.prepare<[], { data_version: number }>("pragma data_version");
  let seen = version.get()!.data_version;
  return () => {
    const now = version.get()!.data_version;
    if (now !== seen) all = true;
    seen = now;
    const answer: Touched = all ? "all" : touched;
    all = false;
    if (answer === "all" || touched.size > 0) touched = new Set();
    return answer;
  };
}
