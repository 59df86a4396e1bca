import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";
import { paths, withQuery } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { readable, sentenceCase } from "../views/number.ts";
import { when } from "../views/time.ts";
import { unitSign } from "../views/unit.ts";
import { decimalsOfTag } from "./machine-parts.tsx";

const RANGES = [
  ["1h", "1 h", 3_600_000, "Last hour"],
  ["24h", "24 h", 86_400_000, "Last 24 hours"],
  ["7d", "7 d", 7 * 86_400_000, "Last 7 days"],
  ["30d", "30 d", 30 * 86_400_000, "Last 30 days"],
] as const;
const DEFAULT_RANGE = "24h";

/** How many panes one looks at without being asked; more can be chosen. */
const MAIN_PANES = 3;
const MOST_PANES = 12;

/** The span of the chart: a moving last so-long, or fixed from..to (epoch ms). */
export type Span = { range: string | null; from: number; to: number; title: string };

export function spanOf(
  query: { range?: string | undefined; from?: string | undefined; to?: string | undefined },
  view: View,
): Span {
  const from = Number(query.from);
  const to = Number(query.to);
  if (
    query.from &&
    query.to &&
    Number.isFinite(from) &&
    Number.isFinite(to) &&
    to - from >= 1000 &&
    from >= 0 &&
    to < 1e14
  ) {
    return {
      range: null,
      from,
      to,
      title: `${when(from, view.now, view.zone)} to ${when(to, view.now, view.zone)}`,
    };
  }
  const known = RANGES.find(([key]) => key === query.range) ?? RANGES.find(([key]) => key === DEFAULT_RANGE)!;
  return { range: known[0], from: view.now - known[2], to: view.now, title: known[3] };
}

/** The tags asked for; else those in alarm, then those with limits, in the model's order. */
export function chosenTags(
  asked: string | undefined,
  model: ModelCatalog | undefined,
  alarms: readonly AlarmRow[],
): Tag[] {
  const tags = model?.tags ?? [];
  const wanted = (asked ?? "").split(",").filter(Boolean);
  if (wanted.length) return tags.filter((tag) => wanted.includes(tag.key)).slice(0, MOST_PANES);
  const alarming = alarms.map((alarm) => alarm.tag);
  const rank = (tag: Tag) => (alarming.includes(tag.key) ? 0 : tag.limits ? 1 : 2);
  return [...tags].sort((a, b) => rank(a) - rank(b)).slice(0, MAIN_PANES);
}

export type ChartProps = {
  view: View;
  assetId: string;
  model: ModelCatalog | undefined;
  tags: readonly Tag[];
  alarms: readonly AlarmRow[];
  span: Span;
  /** Draw a line at this event time (evidence of a ticket). */
  mark?: number;
};

/**
 * The pane stack. The browser script reads everything from data attributes, fetches the buckets itself and draws;
 * without script the table view holds the same buckets.
 */
export function Chart({ view, assetId, model, tags, alarms, span, mark }: ChartProps) {
  const panes = tags.map((tag) => ({
    key: tag.key,
    name: sentenceCase(tag.name),
    unit: unitSign(tag.unit),
    decimals: decimalsOfTag(tag),
    limits: tag.limits ?? null,
    intervalMs: tag.onChange ? null : tag.expectedIntervalMs,
  }));
  const strip = alarms.map((alarm) => ({
    from: alarm.onset,
    to: alarm.clearedAt,
    acknowledged: alarm.acknowledgedAt !== null,
    summary: readable(alarm.summary),
    href: alarm.ticketId ? paths.ticket(alarm.ticketId) : null,
  }));
  return (
    <mw-chart
      tabindex="0"
      role="application"
      aria-roledescription="chart"
      aria-label={`${panes.map((pane) => pane.name).join("; ")}. ${span.title}. Arrow keys move the cursor; the table holds the same numbers.`}
      data-asset={assetId}
      data-series={paths.apiSeries(assetId)}
      data-panes={JSON.stringify(panes)}
      data-alarms={JSON.stringify(strip)}
      data-running={model?.running ? JSON.stringify(model.running.all) : undefined}
      data-from={span.from}
      data-to={span.to}
      data-follow={span.range ? "" : undefined}
      data-mark={mark}
      data-zone={view.zone}
    >
      <div class="cur-lane" data-part="cursor" aria-hidden="true" />
      {panes.map((pane, index) => (
        <div class={`ch ${index === 0 ? "tall" : ""}`} data-pane={pane.key}>
          <div class="plot" data-part="plot" />
          <div class="rd">
            <span>{pane.name}</span>
            <b data-part="value">–</b>
            <span class="mut" data-part="spread" />
            <span class="dim">
              tag <span class="m">{pane.key}</span>
            </span>
          </div>
        </div>
      ))}
      {model?.running ? <Lane part="mode" label="Operating mode" /> : null}
      <Lane part="alarms" label="Alarms" />
      <div class="ch lanes" aria-hidden="true">
        <div class="ticks" data-part="ticks" />
        <span />
      </div>
      <p class="vh" data-part="spoken" aria-live="polite" />
      <div class="key" aria-hidden="true">
        <span>
          <i class="k-l" />
          <span data-part="bucket">mean</span>
        </span>
        <span>
          <i class="k-b" />
          min to max
        </span>
        <span>
          <i class="k-w" />
          high, low
        </span>
        <span>
          <i class="k-f" />
          high-high, low-low
        </span>
        {model?.running ? (
          <>
            <span>
              <i class="k-r" />
              running
            </span>
            <span>
              <i class="k-o" />
              stopped
            </span>
            <span>
              <i class="k-g" />
              no data
            </span>
          </>
        ) : null}
        <span>
          <i class="k-a" />
          alarm, not acknowledged
        </span>
        <span>
          <i class="k-k" />
          acknowledged
        </span>
      </div>
      <p class="chart-note" data-part="note" hidden />
      <noscript>
        <p class="chart-note">The chart needs scripts. The table shows the same numbers.</p>
      </noscript>
    </mw-chart>
  );
}

function Lane({ part, label }: { part: string; label: string }) {
  return (
    <div class="ch lanes">
      <div class="lane" data-part={part} />
      <span class="rd dim">{label}</span>
    </div>
  );
}

/** Range and tag choice: links and a GET form, all state in the address. */
export function ChartControls(props: {
  assetId: string;
  span: Span;
  tags: readonly Tag[];
  model: ModelCatalog | undefined;
  table: boolean;
  asked: string | undefined;
}) {
  const { assetId, span, model } = props;
  const keep = { tags: props.asked, view: props.table ? "table" : undefined };
  const here = span.range ? { range: span.range } : { from: span.from, to: span.to };
  return (
    <>
      <nav class="seg" aria-label="Range">
        {RANGES.map(([key, label]) => (
          <a
            href={paths.asset(assetId, { ...keep, range: key })}
            aria-current={span.range === key ? "true" : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <div class="acts right">
        <a
          class="btn s"
          href={paths.asset(assetId, { range: DEFAULT_RANGE, tags: props.asked })}
          data-part="back"
          hidden={span.range !== null}
        >
          Back to live
        </a>
        <a
          class="btn s"
          href={paths.asset(assetId, { ...here, tags: props.asked, view: props.table ? undefined : "table" })}
        >
          {props.table ? "Chart" : "Table"}
        </a>
        <details class="pop">
          <summary class="btn s">Choose tags</summary>
          <div>
            <form action={withQuery(paths.asset(assetId), {})} method="get" data-join="tags">
              {Object.entries({ ...here, view: keep.view }).map(([name, value]) =>
                value === undefined ? null : <input type="hidden" name={name} value={String(value)} />,
              )}
              {(model?.tags ?? []).map((tag) => (
                <label class="choice">
                  <input
                    type="checkbox"
                    name="tag"
                    value={tag.key}
                    checked={props.tags.some((t) => t.key === tag.key)}
                  />
                  <span>{sentenceCase(tag.name)}</span>
                </label>
              ))}
              <button class="btn p" type="submit">
                Show
              </button>
            </form>
          </div>
        </details>
      </div>
    </>
  );
}
