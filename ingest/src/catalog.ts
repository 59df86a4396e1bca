import type { FailureMode, Priority, RunningRule, Tag } from "@millwright/shared/domain/model";
import { detectorsFor } from "./detect/catalog.ts";
import type { Detector } from "./detect/detector.ts";

/** A tag ready to be judged by. */
export type TagSpec = {
  tag: Tag;
  detectors: readonly Detector[];
  /** Place of the tag in the model's running rule, -1 when it has none. */
  runningIndex: number;
  /** The tag counts as missing after this long without a sample while others come, ms; Infinity for on-change tags. */
  missingAfterMs: number;
};

export type RunningSpec = { above: readonly number[]; staleAfterMs: readonly number[]; settleMs: number };

export type ModelSpec = {
  tags: ReadonlyMap<string, TagSpec>;
  running: RunningSpec | null;
  /** Shortest expected interval of the tags that come regularly, ms; null when none does. */
  shortestIntervalMs: number | null;
  /** Priority of the failure mode that shows the alarm type soonest. */
  priorityByAlarmType: ReadonlyMap<string, Priority>;
};

export type CatalogDevice = {
  id: string;
  kind: "device" | "gateway";
  name: string;
  /** Asset a finding is about: the device's own, or for a gateway that of a child; null = nobody to tell. */
  assetId: string | null;
  gatewayId: string | null;
  /** Machines whose devices send through this gateway. */
  machinesBehind: number;
  /** null for a gateway and for a device without asset. */
  model: ModelSpec | null;
  revoked: boolean;
  /** Nothing from the device for this long = offline, ms. */
  offlineAfterMs: number;
};

/** What ingest knows of the fleet. `version` rises with every change, so that what was looked up can be looked up again. */
export interface Catalog {
  readonly version: number;
  device(id: string): CatalogDevice | undefined;
  /** Id of the gateway's child of that name. */
  child(gatewayId: string, name: string): string | undefined;
}

const MISSED_INTERVALS = 10;
/** A network needs minutes to heal by itself; nobody wants a call for less. PLANT's X6 gap is 25 min, X8's is 8. */
const AT_LEAST_MS = 300_000;
const MODE_STALE_AT_LEAST_MS = 60_000;

export const offlineAfterMs = (shortestIntervalMs: number | null, atLeastMs = AT_LEAST_MS): number =>
  Math.max(MISSED_INTERVALS * (shortestIntervalMs ?? 0), atLeastMs);

export function compileModel(
  tags: readonly Tag[],
  running: RunningRule | null,
  failureModes: readonly FailureMode[],
): ModelSpec {
  const byKey = new Map<string, TagSpec>();
  for (const tag of tags) {
    byKey.set(tag.key, {
      tag,
      detectors: detectorsFor(tag),
      runningIndex: running?.all.findIndex((rule) => rule.tag === tag.key) ?? -1,
      missingAfterMs: tag.onChange
        ? Number.POSITIVE_INFINITY
        : Math.max(MISSED_INTERVALS * tag.expectedIntervalMs, AT_LEAST_MS),
    });
  }
  const intervals = tags.filter((tag) => !tag.onChange).map((tag) => tag.expectedIntervalMs);
  return {
    tags: byKey,
    running: running && {
      above: running.all.map((rule) => rule.above),
      staleAfterMs: running.all.map((rule) =>
        Math.max(
          MISSED_INTERVALS * (byKey.get(rule.tag)?.tag.expectedIntervalMs ?? 0),
          MODE_STALE_AT_LEAST_MS,
        ),
      ),
      settleMs: running.settleMs,
    },
    shortestIntervalMs: intervals.length > 0 ? Math.min(...intervals) : null,
    priorityByAlarmType: prioritiesOf(failureModes),
  };
}

/**
 * Symptoms are listed in the order they appear: vibration that comes last in one failure and first in another is
 * taken for the other, as the ticket's title will say.
 */
function prioritiesOf(failureModes: readonly FailureMode[]): Map<string, Priority> {
  const soonest = new Map<string, { rank: number; priority: Priority }>();
  for (const { symptoms, priority } of failureModes) {
    for (const [rank, symptom] of symptoms.entries()) {
      const known = soonest.get(symptom);
      if (known === undefined || rank < known.rank) soonest.set(symptom, { rank, priority });
    }
  }
  return new Map([...soonest].map(([symptom, { priority }]) => [symptom, priority]));
}
