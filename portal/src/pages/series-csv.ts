import type { Tag } from "@millwright/shared/domain/model";
import type { AssetSeries } from "../read/telemetry.ts";
import { sentenceCase } from "../views/number.ts";
import { unitSign } from "../views/unit.ts";
import { toWall } from "../views/wall-time.ts";

export type CsvHead = {
  title: string;
  subtitle: string;
  from: number;
  to: number;
  zone: string;
  bucketMs: number;
  drawnAt: number;
};

/**
 * The buckets of a chart as CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets). Lines that begin with # say what
 * it is; numbers have a point and no thousands. Where a tag has no data the cells are empty.
 */
export function seriesCsv(head: CsvHead, tags: readonly Tag[], series: readonly AssetSeries[]): string {
  const known = series.map(({ tag, points }) => ({ tag, byTime: new Map(points.map((p) => [p.time, p])) }));
  const columns = tags.map((tag) => ({ tag, byTime: known.find((s) => s.tag === tag.key)?.byTime }));
  const times = [...new Set(known.flatMap(({ byTime }) => [...byTime.keys()]))].sort((a, b) => a - b);
  const told = [
    head.title,
    head.subtitle,
    `${new Date(head.from).toISOString()} to ${new Date(head.to).toISOString()}`,
    `Local times: ${head.zone}`,
    `Buckets of ${head.bucketMs / 1000} s, each named by its start; bad samples are left out`,
    `Written ${new Date(head.drawnAt).toISOString()} by Millwright`,
  ];
  const header = ["time UTC", "local time"];
  for (const { tag } of columns) {
    const unit = unitSign(tag.unit);
    const name = `${sentenceCase(tag.name)}${unit ? ` (${unit})` : ""}`;
    for (const figure of FIGURES) header.push(`${name} ${figure}`);
  }
  const rows = times.map((time) => [
    new Date(time).toISOString(),
    toWall(time, head.zone).replace("T", " "),
    ...columns.flatMap(({ byTime }) => {
      const point = byTime?.get(time);
      return FIGURES.map((figure) => (point ? String(rounded(point[figure])) : ""));
    }),
  ]);
  const lines = [
    ...told.map((text) => cell(`# ${text}`)),
    ...[header, ...rows].map((row) => row.map(cell).join(",")),
  ];
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

const FIGURES = ["mean", "min", "max", "last", "count"] as const;

/** A mean of floats has digits that nobody measured. */
const rounded = (value: number): number => Number(value.toPrecision(10));

/** Text that a spreadsheet would take for a formula is made text; a negative number stays one. */
function cell(text: string): string {
  const safe = /^[=@\t\r]|^[+-](?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
