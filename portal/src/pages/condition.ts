import type { RunningRule } from "@millwright/shared/domain/model";
import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import type { Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import { listAlarms } from "../read/alarms.ts";
import { listModels } from "../read/models.ts";
import type { AlarmRow, AssetRow } from "../read/rows.ts";
import { type AssetState, byState, stateOfAlarm } from "../views/status.tsx";
import { answer, everyRow } from "./view-of.ts";

export type Condition = { state: AssetState; connected: boolean; lastSeenAt: number | null };

/** Silent for this long and not connected: nobody knows how the machine is. Same as the longest usual reconnect. */
const UNKNOWN_AFTER_MS = 2 * 60_000;
/** Beyond so many devices a list does not ask for values, only to tell stopped from normal. */
const VALUES_UP_TO = 300;

/**
 * How each machine is now. `live` false: ingest did not answer, and states rest on alarms alone.
 */
export async function conditionsOf(
  deps: PortalDeps,
  viewer: Viewer,
  assets: readonly AssetRow[],
): Promise<{ byAsset: Map<string, Condition>; live: boolean }> {
  const devices = assets.flatMap((asset) => asset.deviceIds);
  const [status, latest] = await Promise.all([
    answer(deps, deps.telemetry.status(devices)),
    devices.length <= VALUES_UP_TO ? answer(deps, deps.telemetry.latest(devices)) : null,
  ]);
  const alarms = everyRow((query) => listAlarms(deps.db, viewer, { ...query, state: "active" }));
  const running = new Map(
    everyRow((query) => listModels(deps.db, viewer, query)).map((m) => [m.id, m.running]),
  );
  const alarmsOf = groupByAsset(alarms);
  const now = deps.clock();
  const byAsset = new Map(
    assets.map((asset) => [
      asset.id,
      conditionOf({
        asset,
        alarms: alarmsOf.get(asset.id) ?? [],
        status: status?.filter((s) => asset.deviceIds.includes(s.device)) ?? null,
        latest: latest?.filter((v) => asset.deviceIds.includes(v.device)) ?? [],
        running: running.get(asset.modelId),
        now,
      }),
    ]),
  );
  return { byAsset, live: status !== null };
}

function groupByAsset(alarms: AlarmRow[]): Map<string, AlarmRow[]> {
  const groups = new Map<string, AlarmRow[]>();
  for (const alarm of alarms) {
    const group = groups.get(alarm.assetId);
    if (group) group.push(alarm);
    else groups.set(alarm.assetId, [alarm]);
  }
  return groups;
}

export function conditionOf(known: {
  asset: Pick<AssetRow, "deviceIds">;
  alarms: readonly Pick<AlarmRow, "detector" | "level" | "priority">[];
  /** null: ingest did not answer. */
  status: readonly DeviceStatus[] | null;
  latest: readonly LatestValue[];
  running: RunningRule | undefined;
  now: number;
}): Condition {
  const { alarms, status, latest, running, now } = known;
  const worst = alarms.map(stateOfAlarm).sort(byState)[0];
  const connected = status?.some((device) => device.connected) ?? false;
  const seen = (status ?? []).map((device) => device.lastSeenAt ?? 0);
  const lastSeenAt = Math.max(0, ...seen) || null;
  const silent = status !== null && !connected && now - (lastSeenAt ?? 0) > UNKNOWN_AFTER_MS;
  const base: AssetState =
    silent || (status === null && worst === undefined)
      ? "unknown"
      : runningOf(running, latest) === false
        ? "stopped"
        : "normal";
  const state = [worst ?? base, base].sort(byState)[0]!;
  return { state, connected, lastSeenAt };
}

/** null: the model has no rule, or no value says so; without values the machine is not called stopped. */
export function runningOf(rule: RunningRule | undefined, latest: readonly LatestValue[]): boolean | null {
  if (!rule) return null;
  const values = rule.all.map(({ tag, above }) => {
    const value = latest.find((v) => v.tag === tag);
    return value === undefined ? null : value.value > above;
  });
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}
