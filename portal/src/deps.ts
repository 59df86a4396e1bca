import type { Clock } from "@millwright/shared/clock";
import type { PortalDb } from "@millwright/shared/db/open";
import type { Log } from "@millwright/shared/log";
import type { TelemetryReader } from "@millwright/shared/telemetry/read-api";
import type { DeviceLimits } from "@millwright/shared/wire/device-limits";
import type { Viewer } from "./access/viewer.ts";
import type { AskUses } from "./credential-use.ts";
import type { LiveHub } from "./live-hub.ts";
import type { Outage } from "./ready.ts";
import type { Auth } from "./sign-in/auth.ts";

/** What pages and API are built from. */
export type PortalDeps = {
  db: PortalDb;
  telemetry: TelemetryReader;
  auth: Auth;
  live: LiveHub;
  /** When which credential was last used. */
  uses: AskUses;
  clock: Clock;
  log: Log;
  /** Where devices connect; shown to people who provision one. */
  mqtt: { host: string; port: number; limits?: DeviceLimits };
  /** Where to report a weakness of this installation, as a URI; absent = it names none. */
  securityContact?: string | undefined;
  /** Origin under which browsers reach the portal, without a slash at the end. */
  publicUrl: string;
  /** What keeps readings from being stored right now. */
  outage?: () => Outage | null;
};

/** Hono variables: every handler behind the viewer middleware has a viewer. */
export type PortalEnv = { Variables: { viewer: Viewer; cspNonce?: string } };
