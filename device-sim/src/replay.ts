import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "@millwright/shared/failure";
import { type MappedColumn, parseConstants, parseMap } from "./column-map.ts";
import { readCsv, type Table } from "./csv.ts";
import { createLink, type Link, parseAddress } from "./link.ts";

export type ReplayOptions = {
  /** CSV or CSV.gz. */
  file: string;
  /** "Bearing 1=acc_pde*9.80665,Bearing 2=acc_pnde*9.80665" */
  map: string;
  /** Heading of the time column; "" for one without a name. */
  timeColumn: string;
  separator?: string;
  token: string;
  /** host:port */
  mqtt: string;
  /** So many times faster than recorded; "max" as fast as it is acknowledged. Default "max". */
  speed?: number | "max";
  /** Moves all times so that the recording begins (at a given speed) or ends ("max") at this moment. Default "none". */
  shiftTo?: "now" | "none" | (string & {});
  /** "speed=2000": values added to every row. */
  constants?: string;
  onProgress?: (sent: number, of: number) => void;
  signal?: AbortSignal;
};

/** `firstMs`, `lastMs`: times of the first and last row as sent. `skipped`: rows without a time or any value. */
export type ReplayResult = {
  rows: number;
  skipped: number;
  values: number;
  messages: number;
  firstMs: number;
  lastMs: number;
};

type Row = { at: number; body: string; values: number };

const BATCH_BYTES = 64_000;
const BATCH_ROWS = 200;
const MAX_IN_FLIGHT = 8;
const PROGRESS_MS = 1000;

/** Sends a recording as a device would. Resolves when all is acknowledged; throws Failure on bad input or refusal. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const speed = options.speed ?? "max";
  if (speed !== "max" && !(speed > 0))
    throw new Failure("invalid", "--speed must be above 0, or max", { field: "speed" });
  const address = parseAddress(options.mqtt);
  const table = readCsv(options.file, options.separator ?? ",");
  const rows = readRows(table, options);
  if (rows.length === 0)
    throw new Failure("invalid", `${options.file} has no row with a time and a value`, { field: "file" });
  const shift = shiftOf(options.shiftTo ?? "none", rows, speed);
  const link = createLink({
    ...address,
    token: options.token,
    maxInFlight: MAX_IN_FLIGHT,
    failOnRefusal: true,
  });
  try {
    const messages = await sendAll(link, rows, shift, speed, options);
    return {
      rows: rows.length,
      skipped: table.rows.length - rows.length,
      values: rows.reduce((sum, row) => sum + row.values, 0),
      messages,
      firstMs: rows[0]!.at + shift,
      lastMs: rows.at(-1)!.at + shift,
    };
  } finally {
    await link.stop();
  }
}

/** Times without a zone are UTC; numbers are epoch seconds or milliseconds. NaN when it is neither. */
export function readTime(text: string): number {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed);
    // Seconds of our age have ten digits, milliseconds thirteen.
    return Math.abs(value) < 1e11 ? Math.round(value * 1000) : Math.round(value);
  }
  const iso = trimmed.replace(" ", "T");
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`);
}

function readRows(table: Table, options: ReplayOptions): Row[] {
  const timeAt = columnOf(table, options.timeColumn, "time-column");
  const columns: (MappedColumn & { at: number })[] = parseMap(options.map).map((mapped) => ({
    ...mapped,
    at: columnOf(table, mapped.column, "map"),
  }));
  const constants = Object.entries(parseConstants(options.constants ?? ""));
  const fixed = constants.map(([tag, value]) => `,${JSON.stringify(tag)}:${value}`).join("");
  const rows: Row[] = [];
  for (const cells of table.rows) {
    const at = readTime(cells[timeAt] ?? "");
    if (!Number.isFinite(at)) continue;
    let body = "";
    let values = 0;
    for (const { at: index, tag, scale, offset } of columns) {
      const text = cells[index]?.trim() ?? "";
      const value = text === "" ? Number.NaN : Number(text) * scale + offset;
      if (!Number.isFinite(value)) continue;
      body += `,${JSON.stringify(tag)}:${value}`;
      values++;
    }
    if (values > 0) rows.push({ at, body: (body + fixed).slice(1), values: values + constants.length });
  }
  return rows;
}

function columnOf(table: Table, name: string, field: string): number {
  const index = table.header.findIndex((title) => title.trim() === name.trim());
  if (index >= 0) return index;
  throw new Failure(
    "invalid",
    `--${field}: there is no column "${name}"; there are ${table.header.join(", ")}`,
    { field },
  );
}

function shiftOf(to: string, rows: readonly Row[], speed: number | "max"): number {
  if (to === "none") return 0;
  const moment = to === "now" ? Date.now() : readTime(to);
  if (!Number.isFinite(moment))
    throw new Failure("invalid", `--shift-to: "${to}" is no time, now or none`, { field: "shift-to" });
  // What is sent at once lies in the past; what is sent in its own rhythm begins here.
  return moment - (speed === "max" ? rows.at(-1)!.at : rows[0]!.at);
}

async function sendAll(
  link: Link,
  rows: readonly Row[],
  shift: number,
  speed: number | "max",
  options: ReplayOptions,
): Promise<number> {
  const startMs = Date.now();
  const first = rows[0]!.at;
  const open = new Set<Promise<void>>();
  let failure: unknown;
  let messages = 0;
  let told = startMs;
  for (let from = 0; from < rows.length; ) {
    options.signal?.throwIfAborted();
    if (speed !== "max") {
      const due = startMs + (rows[from]!.at - first) / speed;
      if (due > Date.now()) await delay(due - Date.now(), undefined, { signal: options.signal });
    }
    const reached = speed === "max" ? Number.POSITIVE_INFINITY : first + (Date.now() - startMs) * speed;
    let to = from;
    let text = "";
    while (
      to < rows.length &&
      to - from < BATCH_ROWS &&
      text.length < BATCH_BYTES &&
      (to === from || rows[to]!.at <= reached)
    ) {
      const row = rows[to++]!;
      text += `,{"ts":${row.at + shift},"values":{${row.body}}}`;
    }
    const sent: Promise<void> = link
      .send(`[${text.slice(1)}]`)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => open.delete(sent));
    open.add(sent);
    messages++;
    from = to;
    if (open.size >= MAX_IN_FLIGHT) await Promise.race(open);
    if (failure) throw failure;
    if (options.onProgress && Date.now() - told >= PROGRESS_MS) {
      told = Date.now();
      options.onProgress(from, rows.length);
    }
  }
  await Promise.all(open);
  if (failure) throw failure;
  return messages;
}
