import {
  alarmId,
  type DetectorName,
  encodeFinding,
  type Finding,
  findingId,
} from "@millwright/shared/domain/finding";
import type { Level, Priority } from "@millwright/shared/domain/model";
import type { JournalWriter } from "@millwright/shared/journal/journal";
import type { Log } from "@millwright/shared/log";
import type { CatalogDevice } from "./catalog.ts";
import type { Step } from "./detect/detector.ts";

/** An event learned of this much later is old news: it pages nobody. */
const BACKFILLED_MS = 600_000;

const PRIORITY: Record<Exclude<DetectorName, "limit" | "offline">, Priority> = {
  rate: 2,
  residual: 3,
  flapping: 3,
  "out-of-span": 3,
  "flat-line": 4,
  spikes: 4,
  clock: 4,
  missing: 4,
};

function priorityOf(step: Step, entry: CatalogDevice): Priority {
  const urgent = isUrgent(step.level);
  const asSymptom = entry.model?.priorityByAlarmType.get(step.alarmType);
  if (asSymptom !== undefined) return urgent && asSymptom > 1 ? ((asSymptom - 1) as Priority) : asSymptom;
  if (step.detector === "limit") return urgent ? 1 : 2;
  if (step.detector === "offline") return entry.kind === "gateway" ? 2 : 3;
  return PRIORITY[step.detector];
}

const isUrgent = (level: Level | null): boolean => level === "highHigh" || level === "lowLow";

/**
 * A step of a condition about the device (tag null) or one of its tags, as the finding the portal reads.
 * null when the device belongs to no asset: then there is nobody to tell. Ids depend on what was found only.
 */
export function toFinding(
  entry: CatalogDevice,
  tag: string | null,
  step: Step,
  receivedAt: number,
): Finding | null {
  if (entry.assetId === null) return null;
  const alarm = alarmId(entry.assetId, step.alarmType, step.onset);
  return {
    id: findingId(alarm, step.kind, step.at, step.level),
    kind: step.kind,
    alarmId: alarm,
    assetId: entry.assetId,
    deviceId: entry.id,
    tag,
    alarmType: step.alarmType,
    detector: step.detector,
    level: step.level,
    priority: priorityOf(step, entry),
    at: step.at,
    onset: step.onset,
    value: step.value,
    limit: step.limit,
    unit: step.unit,
    summary: step.summary,
    backfilled: receivedAt - step.at > BACKFILLED_MS,
  };
}

export type FindingSink = {
  raise(finding: Finding): void;
  /** Resolves when everything raised before this call is durably in the journal. */
  settled(): Promise<void>;
  /** One sentence while the journal does not take findings. */
  trouble(): string | null;
};

const RETRY_MS = 500;

/**
 * Appends findings in order and does not let go of one before it is on disk. When an append fails, it and all after
 * it are appended again: the journal may then hold one twice, which the id makes harmless.
 */
export function openFindingSink(journal: JournalWriter, log: Log, retryMs = RETRY_MS): FindingSink {
  const pending: Uint8Array[] = [];
  let generation = 0;
  let failed: string | null = null;
  let retrying = false;
  const waiting: { through: number; resolve: () => void }[] = [];
  let raised = 0;
  let done = 0;

  function append(bytes: Uint8Array): void {
    const mine = generation;
    journal.append(bytes, (error) => {
      if (mine !== generation) return;
      if (error) {
        generation++;
        failed = error.message;
        retrying = true;
        log.error({ err: error, findings: pending.length }, "findings not stored, trying again");
        setTimeout(() => {
          retrying = false;
          for (const again of pending) append(again);
        }, retryMs);
        return;
      }
      failed = null;
      pending.shift();
      done++;
      while (waiting.length > 0 && waiting[0]!.through <= done) waiting.shift()!.resolve();
    });
  }

  return {
    raise(finding) {
      const bytes = encodeFinding(finding);
      raised++;
      pending.push(bytes);
      // While an earlier one waits for its retry, this one waits behind it: order is kept.
      if (!retrying) append(bytes);
    },
    settled: () =>
      done >= raised
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ through: raised, resolve })),
    trouble: () => (failed === null ? null : `findings journal does not take findings: ${failed}`),
  };
}
