import type { PortalDb } from "@millwright/shared/db/open";
import { alarms, tickets } from "@millwright/shared/db/schema";
import { quarantined } from "@millwright/shared/journal/quarantined";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import { isNull } from "drizzle-orm";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { LiveHub } from "./live-hub.ts";
import { mergeMetrics } from "./merge-metrics.ts";
import type { FindingsFollower } from "./service-desk/findings.ts";

const ANSWER_LIMIT_MS = 2_000;

export type Metrics = {
  request(method: string, status: number, seconds: number): void;
  /** Prometheus text of the portal, and of broker and ingest as far as they answer. */
  text(): Promise<string>;
};

export function createMetrics(options: {
  db: PortalDb;
  live: LiveHub;
  dataDir: string;
  findings: () => ReturnType<FindingsFollower["counts"]>;
}): Metrics {
  const { db, live, dataDir, findings } = options;
  const register = new Registry();
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: "millwright_portal_requests_total",
    help: "Requests answered",
    labelNames: ["method", "status"] as const,
    registers: [register],
  });
  const seconds = new Histogram({
    name: "millwright_portal_request_seconds",
    help: "Time to the first byte of the answer",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [register],
  });
  gauge(register, "millwright_portal_live_streams", "Open live streams", () => live.size());
  gauge(
    register,
    "millwright_quarantined_files",
    "Files found damaged and kept aside in DATA_DIR/quarantine",
    () => quarantined(dataDir).length,
  );
  gauge(
    register,
    "millwright_portal_alarms_active",
    "Active alarms",
    () => db.select({ id: alarms.id }).from(alarms).where(isNull(alarms.clearedAt)).all().length,
  );
  gauge(
    register,
    "millwright_portal_tickets_open",
    "Open tickets",
    () => db.select({ id: tickets.id }).from(tickets).where(isNull(tickets.endedAt)).all().length,
  );
  const outcomes = new Gauge({
    name: "millwright_portal_findings",
    help: "Findings since the start, by outcome",
    labelNames: ["outcome"] as const,
    registers: [register],
    collect() {
      for (const [outcome, count] of Object.entries(findings())) outcomes.set({ outcome }, count);
    },
  });
  return {
    request(method, status, took) {
      requests.inc({ method, status: String(status) });
      seconds.observe(took);
    },
    async text() {
      const [own, broker, ingest] = await Promise.all([
        register.metrics(),
        metricsOf(dataDir, "broker"),
        metricsOf(dataDir, "ingest"),
      ]);
      return mergeMetrics([
        { program: "portal", text: own },
        { program: "broker", text: broker },
        { program: "ingest", text: ingest },
      ]);
    },
  };
}

function gauge(register: Registry, name: string, help: string, value: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers: [register], collect: () => made.set(value()) });
}

/** Empty while the program is not there. */
async function metricsOf(dataDir: string, door: "broker" | "ingest"): Promise<string> {
  const port = findDoor(dataDir, door);
  if (port === null) return "";
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { authorization: `Bearer ${loopbackSecret(dataDir)}` },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}
