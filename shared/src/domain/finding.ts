import { createHash } from "node:crypto";
import type { Level, Priority } from "./model.ts";

/**
 * What ingest found: one step in the life of an alarm condition, appended to the findings journal.
 * Ids are derived from what was found, so that a replay gives the same id and changes nothing twice.
 */
export type FindingKind = "raised" | "escalated" | "eased" | "cleared";
export type DetectorName =
  | "limit"
  | "rate"
  | "flat-line"
  | "missing"
  | "offline"
  | "flapping"
  | "spikes"
  | "residual"
  | "clock"
  | "out-of-span";

export type Finding = {
  /** Unique per step: findingId(alarmId, kind, at, level). */
  id: string;
  kind: FindingKind;
  /** One occurrence of a condition: alarmId(assetId, alarmType, onset). Same for raised … cleared. */
  alarmId: string;
  assetId: string;
  deviceId: string;
  /** null for the device as a whole (offline, flapping). */
  tag: string | null;
  /** Which condition, e.g. "acc_pde:high" (H and HH are levels of one), "p_suction:low", "dp_inlet:flat-line", "device:offline", "gateway:offline". One open alarm per asset and alarm type. */
  alarmType: string;
  detector: DetectorName;
  level: Level | null;
  priority: Priority;
  /** Event time of this step, epoch ms. */
  at: number;
  /** Event time at which the condition began (before the on-delay), epoch ms. */
  onset: number;
  value: number | null;
  limit: number | null;
  /** UCUM. */
  unit: string | null;
  /** One sentence for people: "Bearing acceleration, pump DE, high: 1.04 m/s2, limit 1.00". */
  summary: string;
  /** Receive time was more than 10 min after the event time. */
  backfilled: boolean;
};

const digest = (parts: readonly (string | number)[]) =>
  createHash("sha256").update(parts.join("\u001f")).digest("base64url").slice(0, 22);

export function alarmId(assetId: string, alarmType: string, onset: number): string {
  return digest(["alarm", assetId, alarmType, onset]);
}

export function findingId(alarm: string, kind: FindingKind, at: number, level: Level | null): string {
  return digest(["finding", alarm, kind, at, level ?? ""]);
}

export function encodeFinding(finding: Finding): Uint8Array {
  return Buffer.from(JSON.stringify(finding));
}

/** Written by ingest only, so it is trusted to have the shape; a torn record throws SyntaxError. */
export function decodeFinding(bytes: Uint8Array): Finding {
  return JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
  ) as Finding;
}
