import { csvLine } from "../export/csv.ts";
import { sentenceCase } from "../views/number.ts";
import { unitSign } from "../views/unit.ts";
import type { Comparison } from "./compare.tsx";

/** What the comparison shows: a line a bucket, a column a tag and machine. Aligned by an alarm, hours since its quarter. */
export function compareCsv({ assets, tags, cut, align }: Comparison): string {
  const columns = tags.flatMap((tag) =>
    assets.map(({ asset, meansByTag }) => {
      const unit = unitSign(tag.unit);
      const name = `${sentenceCase(tag.name)}${unit ? ` (${unit})` : ""}, ${asset.name} ${asset.serialNumber}`;
      return { name, means: meansByTag.get(tag.key) };
    }),
  );
  const from = assets[0]?.from ?? 0;
  const head = [align === "time" ? "time UTC" : "hours since the alarm", ...columns.map(({ name }) => name)];
  const rows = Array.from({ length: cut.buckets }, (_, i) => [
    align === "time"
      ? new Date(from + i * cut.widthMs).toISOString()
      : Number(((i * cut.widthMs - cut.spanMs / 4) / 3_600_000).toFixed(3)),
    ...columns.map(({ means }) => {
      const mean = means?.[i];
      return mean === null || mean === undefined ? null : Number(mean.toPrecision(12));
    }),
  ]);
  return [head, ...rows].map(csvLine).join("");
}
