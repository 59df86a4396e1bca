import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { InfluxStore } from "./influx/influx-store.ts";
import { InfluxServer, type ServerOptions } from "./influx/server.ts";
import { InfluxState } from "./influx/state.ts";
import type { TelemetryStore } from "./store.ts";

/** `stateFile` belongs to one process; `token` is "user:password" for 1.x. */
export type InfluxOptions = ServerOptions & { stateFile: string };

/**
 * The engine for an installation that has an InfluxDB (1.x, 2.x, 3.x) or outgrows one file. The server may be down at
 * the start and at any time later: writes and reads then throw unavailable, and nothing is lost.
 */
export async function openInfluxStore(options: InfluxOptions): Promise<TelemetryStore> {
  mkdirSync(dirname(options.stateFile), { recursive: true });
  return InfluxStore.open(new InfluxServer(options), new InfluxState(options.stateFile), options.log);
}
