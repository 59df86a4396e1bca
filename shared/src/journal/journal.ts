/**
 * A durable, ordered stream with one writer and named readers. Three of them join the programs:
 * uplink (broker → ingest), findings (ingest → portal), downlink (portal → broker).
 * Engines: sqlite.ts. Contract: journal.contract.ts.
 */
export type JournalEntry = {
  seq: number;
  bytes: Uint8Array;
  /** Records `from` to `seq` are damaged or gone: what is left of them is kept in the file `kept`, `bytes` is empty. */
  gap?: { from: number; kept: string };
};

export type AppendDone = (error: Error | null) => void;

export interface JournalWriter {
  /**
   * Queues a record (copied before this returns). `done` is called in the order of the appends, after the fsynced
   * commit that holds the record, or with the error that kept it from being stored (then it is not stored).
   */
  append(record: Uint8Array, done: AppendDone): void;
  /** seq of the newest committed record, 0 when none was ever written. Never falls, also not across restarts. */
  head(): number;
  /** A reader tells how far it has durably got; retention stays behind the slowest known reader. */
  reportOffset(reader: string, seq: number): void;
  /** Called after each commit with the new head. */
  onCommit(listener: (head: number) => void): void;
  stats(): {
    records: number;
    bytes: number;
    groups: number;
    failures: number;
    /** Times the file was opened anew after an I/O error. */
    reopened?: number;
    trimmedThrough: number;
    /** What it holds now, read or not, and the bound at which appends fail. */
    heldBytes?: number;
    limitBytes?: number;
  };
  /** Commits what is queued, then closes. */
  close(): Promise<void>;
}

export interface JournalReader {
  /** Records after `seq` in order, up to about `maxBytes` (at least one, if there is one). Short, never holds a transaction open. */
  read(afterSeq: number, maxBytes?: number): JournalEntry[];
  head(): number;
  close(): void;
}
