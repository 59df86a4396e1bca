import type { LiveBatch } from "@millwright/shared/telemetry/read-api";

/** What changed in the customer database: pages that show it load it again. */
export type Change = { what: "alarms" | "tickets"; assetId: string; customerId: string };

/** One upstream live stream from ingest, fanned out to every open page. */
export type LiveHub = {
  /** Calls until the returned function is called. */
  subscribe(listener: {
    onBatch?: (batch: LiveBatch) => void;
    onChange?: (change: Change) => void;
  }): () => void;
  /** Tells every subscriber; the subscriber decides who may know. */
  announce(change: Change): void;
  stop(): Promise<void>;
};
