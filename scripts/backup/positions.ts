import { existsSync } from "node:fs";
import { join } from "node:path";
import { numberIn } from "@millwright/shared/db/copy";
import { type Extent, extentOf, takeBackReport } from "@millwright/shared/journal/copy";
import { inspectDuckdb } from "@millwright/shared/telemetry/duckdb/copy-to";
import { TELEMETRY } from "./contents.ts";

/** How far a reader had got when its state was copied, against the copy of what it reads. */
export type Position = Extent & { journal: string; reader: string; offset: number };

/** Of each journal in a folder of copies. `stored` is the offset in the copy of the telemetry, if that is part of it. */
export async function positionsIn(dir: string): Promise<Position[]> {
  const file = (name: string) => join(dir, name);
  const offset = (name: string, table: string, sql: string) =>
    existsSync(file(name)) ? numberIn(file(name), table, sql) : 0;
  const stored = existsSync(file(TELEMETRY))
    ? (await inspectDuckdb(file(TELEMETRY))).offset
    : offset("influx-state.db", "offsets", "SELECT seq FROM offsets WHERE name = 'uplink'");
  const readers = [
    {
      journal: "uplink.db",
      reader: "ingest",
      // Both are read on from their own place: the earlier one is what the journal must still hold.
      offsets: [
        stored,
        offset("ingest.db", "facts", "SELECT value ->> '$.offset' FROM facts WHERE name = 'snapshot'"),
      ],
    },
    {
      journal: "findings.db",
      reader: "portal",
      offsets: [
        offset("portal.db", "reader_offsets", "SELECT seq FROM reader_offsets WHERE journal = 'findings'"),
      ],
    },
    {
      journal: "downlink.db",
      reader: "broker",
      offsets: [offset("broker.db", "offsets", "SELECT seq FROM offsets WHERE name = 'downlink'")],
    },
  ];
  return readers.flatMap(({ journal, reader, offsets }) => {
    const extent = existsSync(file(journal)) ? extentOf(file(journal)) : { trimmedThrough: 0, head: 0 };
    return offsets.map((at) => ({ ...extent, journal, reader, offset: at }));
  });
}

/** Why these copies cannot be run together, one sentence each; none when they can. */
export function contradictions(positions: readonly Position[]): string[] {
  return positions.flatMap(({ journal, reader, offset, head, trimmedThrough }) => {
    if (offset > head) return [`${reader} has read ${journal} to ${offset}, but the copy ends at ${head}`];
    if (offset < trimmedThrough)
      return [
        `${reader} needs ${journal} from ${offset + 1} on, but the copy begins at ${trimmedThrough + 1}`,
      ];
    return [];
  });
}

/** Makes the journals' copies wait for the readers as they were copied. */
export function takeBackReports(dir: string, positions: readonly Position[]): void {
  for (const { journal, reader, offset } of positions) {
    const file = join(dir, journal);
    if (existsSync(file)) takeBackReport(file, reader, offset);
  }
}
