import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Written } from "./record.ts";
import type { Totals } from "./state.ts";

export type Metrics = { written(written: Written): void; text(): Promise<string>; contentType: string };

type Figures = {
  totals: Totals;
  uplinkHead(): number;
  handled(): number;
  storedThrough(): number;
  rejectsDropped(): number;
  devices(): number;
};

/** Counts that survive a restart (they are kept with the detectors' memory), as [metric, help, totals' name]. */
const COUNTS = [
  ["millwright_messages_total", "Messages read from the uplink journal = understood + rejected.", "messages"],
  ["millwright_messages_understood_total", "Messages understood, at least in part.", "messagesUnderstood"],
  ["millwright_messages_rejected_total", "Messages refused as a whole.", "messagesRejected"],
  ["millwright_presence_total", "Connects and disconnects.", "presence"],
  [
    "millwright_records_lost_total",
    "Records of the uplink journal that were damaged and passed over.",
    "recordsLost",
  ],
  ["millwright_samples_stored_total", "Samples newer than their series' newest.", "samplesStored"],
  [
    "millwright_samples_repeated_total",
    "Exact repeats of a series' newest sample, dropped.",
    "samplesRepeated",
  ],
  ["millwright_samples_rewritten_total", "Late samples and new values of a stored time.", "samplesRewritten"],
] as const;

export function createMetrics(figures: Figures): Metrics {
  const register = new Registry();
  const { totals } = figures;
  for (const [name, help, key] of COUNTS) {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [register],
      collect: () => {
        counter.reset();
        counter.inc(totals[key] ?? 0);
      },
    });
  }
  byLabel(
    register,
    totals,
    "millwright_refused_total",
    "Messages and values refused, by reason.",
    "reason",
    "refused.",
  );
  byLabel(register, totals, "millwright_findings_total", "Findings, by detector.", "detector", "findings.");
  gauge(register, "millwright_uplink_lag_records", "Records in the uplink journal not yet handled.", () =>
    Math.max(0, figures.uplinkHead() - figures.handled()),
  );
  gauge(
    register,
    "millwright_stored_through",
    "Uplink record through which every point is stored.",
    figures.storedThrough,
  );
  gauge(register, "millwright_devices", "Devices remembered.", figures.devices);
  gauge(
    register,
    "millwright_rejects_dropped",
    "Rejected messages let go for the bounds since the start.",
    figures.rejectsDropped,
  );
  const seconds = new Histogram({
    name: "millwright_store_write_seconds",
    help: "Time of one commit of the telemetry store.",
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [register],
  });
  const rows = new Counter({
    name: "millwright_store_rows_total",
    help: "Rows committed.",
    labelNames: ["kind"],
    registers: [register],
  });
  return {
    written({ result, seconds: took }) {
      seconds.observe(took);
      rows.inc({ kind: "appended" }, result.appended);
      rows.inc({ kind: "rewritten" }, result.rewritten);
      rows.inc({ kind: "repeated" }, result.repeated);
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

function byLabel(
  register: Registry,
  totals: Totals,
  name: string,
  help: string,
  label: string,
  prefix: string,
): void {
  const counter: Counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [register],
    collect: () => {
      counter.reset();
      for (const key of Object.keys(totals)) {
        if (key.startsWith(prefix)) counter.inc({ [label]: key.slice(prefix.length) }, totals[key]!);
      }
    },
  });
}

function gauge(register: Registry, name: string, help: string, value: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers: [register], collect: () => made.set(value()) });
}
