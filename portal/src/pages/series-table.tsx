import type { Tag } from "@millwright/shared/domain/model";
import type { View } from "../views/layout.tsx";
import { formatNumber, sentenceCase } from "../views/number.ts";
import { exact } from "../views/time.ts";
import { unitSign } from "../views/unit.ts";
import { decimalsOfTag } from "./machine-parts.tsx";

/** The chart's buckets as a real table. */
export function SeriesTable(props: {
  view: View;
  tags: readonly Tag[];
  series: readonly {
    tag: string;
    points: readonly { time: number; min: number; max: number; mean: number; count: number }[];
  }[];
}) {
  const { view, tags } = props;
  const times = [...new Set(props.series.flatMap((s) => s.points.map((p) => p.time)))].sort((a, b) => b - a);
  if (!times.length) return <p class="chart-note">No reading in this time.</p>;
  return (
    <section class="tw" tabindex={0} aria-label="Buckets of the chart, newest first">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {tags.map((tag) => (
              <th scope="col" class="num">
                {sentenceCase(tag.name)}
                {unitSign(tag.unit) ? `, ${unitSign(tag.unit)}` : ""}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time) => (
            <tr>
              <th scope="row" class="nw">
                <time datetime={new Date(time).toISOString()}>{exact(time, view.zone)}</time>
              </th>
              {tags.map((tag) => {
                const point = props.series
                  .find((s) => s.tag === tag.key)
                  ?.points.find((p) => p.time === time);
                const decimals = decimalsOfTag(tag);
                return (
                  <td class="num">
                    {point ? formatNumber(point.mean, decimals) : <span class="dim">no data</span>}
                    {point && point.count > 1 && point.max > point.min ? (
                      <div class="sm dim">
                        {formatNumber(point.min, decimals)} to {formatNumber(point.max, decimals)}
                      </div>
                    ) : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
