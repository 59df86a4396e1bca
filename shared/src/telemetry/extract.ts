import type { RollupStep } from "./store.ts";

/**
 * Taking data away as a file: every sample, or the rollups, of some machines in a range. A file is made in slices of
 * time, so that memory and disk are bounded however much is asked, and whoever reads slowly holds no query open.
 */
export type ExtractSource = {
  /** Names of the machine, as they stand in its rows. */
  asset: string;
  serial: string;
  devices: readonly string[];
  /** Nothing from before this event time, epoch ms. */
  since: number;
  /** Unit by tag, UCUM; a tag that is not among them has none. */
  units: Readonly<Record<string, string>>;
};
export type ExtractResolution = "raw" | RollupStep;
export type ExtractFormat = "csv" | "parquet";

export type ExtractQuery = {
  sources: readonly ExtractSource[];
  /** All tags when absent. */
  tags?: readonly string[];
  /** Epoch ms; to is exclusive. A rollup belongs to the range when it begins in it. */
  from: number;
  to: number;
  resolution: ExtractResolution;
};

/** A part of the range, and how many rows it has now. */
export type ExtractSlice = { from: number; to: number; rows: number };

export type ExtractTarget = {
  file: string;
  format: ExtractFormat;
  /** First line of a CSV; a later slice of the same file has none. */
  header: boolean;
  /** IANA zone of the times in a CSV. */
  zone: string;
};

export interface Extractor {
  /** In time order, together all rows; none when there is nothing. The signal ends it. */
  slices(query: ExtractQuery, signal: AbortSignal): Promise<ExtractSlice[]>;
  /** Writes the rows of the slice into a new file, ordered by time in a CSV. Ended, with the file left behind, by the signal. */
  write(
    query: ExtractQuery,
    slice: Pick<ExtractSlice, "from" | "to">,
    target: ExtractTarget,
    signal: AbortSignal,
  ): Promise<void>;
}

/** What ingest's door takes at EXTRACT_PATH. It answers with the file itself, and its number of rows in ROWS_HEADER. */
export type ExtractRequest = ExtractQuery & { format: ExtractFormat; zone: string };
export const EXTRACT_PATH = "/extract";
export const ROWS_HEADER = "x-rows";
/** More rows than this are asked for in parts. A Parquet file of so many is about 1 GB. */
export const MOST_ROWS = 100_000_000;
