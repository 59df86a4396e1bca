import type { PortalDb } from "@millwright/shared/db/open";
import type { RunningRule } from "@millwright/shared/domain/model";
import type { DeviceStatus } from "@millwright/shared/telemetry/read-api";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import type { PortalDeps } from "../deps.ts";
import type { FleetEntry } from "../read/fleet-entries.ts";
import { runningRules } from "../read/models.ts";
import { type Condition, conditionOf } from "./condition.ts";
import type { FleetRow } from "./fleet-filter.ts";
import { answer } from "./view-of.ts";

/** Up to so many machines are asked for at each page: the answer is small, and nothing is older than the page. */
const ASK_EACH_TIME = 300;
/** What a list over the whole fleet rests on may be so old; the rows on screen are asked for anew. Ours. */
const FRESH_MS = 5_000;
/** Older than this is not shown as now: the page waits for the answer instead. */
const KEEP_MS = 60_000;

type Known = { statusByDevice: Map<string, DeviceStatus>; valuesByDevice: Map<string, LatestValue[]> };
/** `devices`: those it is about. */
type Snapshot = {
  known: Known | null;
  devices: ReadonlySet<string>;
  at: number;
  asking: Promise<void> | null;
};

const snapshotByDb = new WeakMap<PortalDb, Snapshot>();

/** How each of these machines is now. `live` false: ingest did not answer, and states rest on alarms alone. */
export async function fleetNow(
  deps: PortalDeps,
  entries: readonly FleetEntry[],
): Promise<{ rows: FleetRow[]; live: boolean }> {
  const devices = entries.flatMap((entry) => entry.asset.deviceIds);
  const rules = runningRules(deps.db);
  const known =
    entries.length <= ASK_EACH_TIME ? await ask(deps, devices, rules) : await snapshot(deps, devices, rules);
  return { rows: recentRows(deps, entries, known, rules), live: known !== null };
}

/** A judgement of the whole fleet serves those who type for so long: silence is measured in minutes. */
const JUDGE_EACH_MS = 1_000;
type Judged = { known: Known | null; at: number; rows: FleetRow[] };
const judgedByEntries = new WeakMap<readonly FleetEntry[], Judged>();

function recentRows(
  deps: PortalDeps,
  entries: readonly FleetEntry[],
  known: Known | null,
  rules: ReadonlyMap<string, RunningRule>,
): FleetRow[] {
  const now = deps.clock();
  const before = judgedByEntries.get(entries);
  if (before?.known === known && Math.abs(now - before.at) < JUDGE_EACH_MS) return before.rows;
  const rows = rowsOf(deps, entries, known, rules);
  judgedByEntries.set(entries, { known, at: now, rows });
  return rows;
}

/** The same rows with what is known this moment, for those on screen. `of`: how many machines fleetNow was asked for. */
export async function freshRows(
  deps: PortalDeps,
  rows: readonly FleetRow[],
  of: number,
): Promise<readonly FleetRow[]> {
  if (of <= ASK_EACH_TIME) return rows;
  const entries = rows.map((row) => row.entry);
  const rules = runningRules(deps.db);
  const devices = entries.flatMap((entry) => entry.asset.deviceIds);
  const known = devices.length === 0 ? null : await ask(deps, devices, rules);
  return known === null ? rows : rowsOf(deps, entries, known, rules);
}

function rowsOf(
  deps: PortalDeps,
  entries: readonly FleetEntry[],
  known: Known | null,
  rules: ReadonlyMap<string, RunningRule>,
): FleetRow[] {
  const now = deps.clock();
  return entries.map((entry) => {
    const { asset, alarms } = entry;
    const condition: Condition = conditionOf({
      asset,
      alarms,
      status: known && asset.deviceIds.flatMap((id) => known.statusByDevice.get(id) ?? []),
      latest: known ? asset.deviceIds.flatMap((id) => known.valuesByDevice.get(id) ?? []) : [],
      running: rules.get(asset.modelId),
      now,
    });
    return { entry, condition };
  });
}

async function ask(
  deps: PortalDeps,
  devices: readonly string[],
  rules: ReadonlyMap<string, RunningRule>,
): Promise<Known | null> {
  const tags = [...new Set([...rules.values()].flatMap((rule) => rule.all.map(({ tag }) => tag)))];
  const [status, latest] = await Promise.all([
    answer(deps, deps.telemetry.status(devices)),
    tags.length > 0 && devices.length > 0 ? answer(deps, deps.telemetry.latest(devices, tags)) : [],
  ]);
  if (status === null) return null;
  const valuesByDevice = new Map<string, LatestValue[]>();
  for (const value of latest ?? []) {
    const values = valuesByDevice.get(value.device);
    if (values) values.push(value);
    else valuesByDevice.set(value.device, [value]);
  }
  return { statusByDevice: new Map(status.map((of) => [of.device, of])), valuesByDevice };
}

/**
 * Of many devices: the last answer while it is fresh; a little older it is still used, and the next one asked for
 * behind the page. One answer serves every reader, so it is of all devices that anybody asks for.
 */
async function snapshot(
  deps: PortalDeps,
  devices: readonly string[],
  rules: ReadonlyMap<string, RunningRule>,
): Promise<Known | null> {
  const kept = snapshotByDb.get(deps.db) ?? {
    known: null,
    devices: new Set(),
    at: Number.NEGATIVE_INFINITY,
    asking: null,
  };
  snapshotByDb.set(deps.db, kept);
  const covers = () => devices.every((id) => kept.devices.has(id));
  const isOlderThan = (ms: number) => performance.now() - kept.at > ms;
  // Twice, for an answer that was under way already may be about fewer devices.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (isOlderThan(FRESH_MS) || !covers()) kept.asking ??= askForAll(deps, kept, devices, rules);
    if (kept.asking !== null && (isOlderThan(KEEP_MS) || !covers())) await kept.asking;
    if (covers()) break;
  }
  return isOlderThan(KEEP_MS) ? null : kept.known;
}

async function askForAll(
  deps: PortalDeps,
  kept: Snapshot,
  devices: readonly string[],
  rules: ReadonlyMap<string, RunningRule>,
): Promise<void> {
  const all = new Set([...kept.devices, ...devices]);
  const known = await ask(deps, [...all], rules);
  if (known !== null) {
    kept.known = known;
    kept.devices = all;
    kept.at = performance.now();
  }
  kept.asking = null;
}
