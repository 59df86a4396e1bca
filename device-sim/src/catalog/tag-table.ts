import type { Limits, Tag } from "@millwright/shared/domain/model";

/** One line of a model's table: everything about a tag, and the noise its sensor adds. */
export type TagRow = {
  tag: Tag;
  /** Standard deviation of the sensor's noise, in the tag's unit. */
  noise: number;
};

/**
 * On-delay by kind, ms: outlasts a valve stroke or a load step. Power and speed follow the current.
 * (Role of the delays: OPC UA Part 9, B.1.5; the values are engineering practice.)
 */
const ON_DELAY_MS = {
  vibration: 60_000,
  pressure: 30_000,
  flow: 60_000,
  current: 60_000,
  power: 60_000,
  speed: 60_000,
  temperature: 120_000,
};

/** Cold running is slow harm (water in the oil) and cold starts are normal: the low side waits half an hour. */
const COLD_ON_DELAY_MS = 30 * 60_000;
/** Codes come on change, and in between as a sign of life. */
const CODE_INTERVAL_S = 300;

const COLUMNS = 14;

/**
 * Reads a model's tag table: key, name, unit (UCUM), span low..high, noise sd, interval s, resolution,
 * LL, L, H, HH, deadband, kind (gives the on-delay), flags; `-` = none. Flags: `still` standing still is normal,
 * `code` reported on change, `always` judged in every mode, `cold` slow low side. The first line is the heading.
 * Throws RangeError on a line with another number of columns or a number that is none.
 */
export function tagTable(text: string): readonly TagRow[] {
  return text.trim().split("\n").slice(1).map(tagRow);
}

function tagRow(line: string): TagRow {
  const cells = line.split("|").map((cell) => cell.trim());
  if (cells.length !== COLUMNS) throw new RangeError(`tag table: ${cells.length} columns in "${line}"`);
  const [key, name, unit, span, sd, interval, resolution, , , , , , kind, flagText] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const flags = new Set(flagText.split(" "));
  const [low, high] = span.split("..").map(number) as [number, number];
  const limits = limitsOf(cells.slice(7, 12), kind, flags.has("cold"));
  return {
    noise: number(sd),
    tag: {
      key,
      name,
      unit,
      span: { low, high },
      expectedIntervalMs: (flags.has("code") ? CODE_INTERVAL_S : number(interval)) * 1000,
      resolution: number(resolution),
      ...(limits ? { limits } : {}),
      // Load moves every process tag by more than a learned baseline can stand; wear shows in limits and trends.
      residual: false,
      ...(flags.has("still") || flags.has("code") ? { flatLine: false } : {}),
      ...(flags.has("always") ? { judgeAlways: true } : {}),
      ...(flags.has("code") ? { onChange: true } : {}),
    },
  };
}

function number(cell: string): number {
  const value = Number(cell);
  if (cell === "" || !Number.isFinite(value)) throw new RangeError(`tag table: "${cell}" is not a number`);
  return value;
}

function limitsOf(cells: readonly string[], kind: string, cold: boolean): Limits | undefined {
  if (!(kind in ON_DELAY_MS)) return undefined;
  const [lowLow, low, high, highHigh, deadband] = cells.map((cell) =>
    cell === "-" ? undefined : number(cell),
  );
  const onDelayMs = ON_DELAY_MS[kind as keyof typeof ON_DELAY_MS];
  return {
    ...(lowLow === undefined ? {} : { lowLow }),
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    ...(highHigh === undefined ? {} : { highHigh }),
    ...(deadband === undefined ? {} : { deadband }),
    onDelayMs,
    offDelayMs: 3 * onDelayMs,
    ...(cold ? { lowOnDelayMs: COLD_ON_DELAY_MS } : {}),
  };
}
