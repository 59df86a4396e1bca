import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";
import type { Line, Pane } from "../browser/chart/data.ts";
import type { Alarm, Mark } from "../browser/chart/marks.ts";
import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { readable, sentenceCase } from "../views/number.ts";
import { unitSign } from "../views/unit.ts";
import { Stepping } from "./chart-controls.tsx";
import { decimalsOfTag } from "./machine-parts.tsx";
import type { Span } from "./span.ts";

/** How many panes one looks at without being asked; more can be chosen. */
const MAIN_PANES = 3;
const MOST_LINES = 12;
/** More lines in one pane cannot be told apart. */
const MOST_IN_PANE = 4;

/** The tags asked for; else those in alarm, then those with limits, in the model's order. */
export function chosenTags(
  asked: string | undefined,
  model: ModelCatalog | undefined,
  alarms: readonly AlarmRow[],
): Tag[] {
  const tags = model?.tags ?? [];
  const wanted = (asked ?? "").split(",").filter(Boolean);
  if (wanted.length) return tags.filter((tag) => wanted.includes(tag.key)).slice(0, MOST_LINES);
  const alarming = alarms.map((alarm) => alarm.tag);
  const rank = (tag: Tag) => (alarming.includes(tag.key) ? 0 : tag.limits ? 1 : 2);
  return [...tags].sort((a, b) => rank(a) - rank(b)).slice(0, MAIN_PANES);
}

/** One pane each, or tags of one unit together. */
function panesOf(tags: readonly Tag[], together: boolean): Pane[] {
  const panes: Pane[] = [];
  for (const tag of tags) {
    const unit = unitSign(tag.unit);
    const line: Line = {
      key: tag.key,
      name: sentenceCase(tag.name),
      decimals: decimalsOfTag(tag),
      limits: tag.limits ?? null,
      intervalMs: tag.onChange ? null : tag.expectedIntervalMs,
    };
    const shared = together
      ? panes.find((pane) => pane.unit === unit && pane.lines.length < MOST_IN_PANE)
      : undefined;
    if (shared) shared.lines.push(line);
    else panes.push({ unit, lines: [line] });
  }
  return panes;
}

export type ChartProps = {
  view: View;
  assetId: string;
  model: ModelCatalog | undefined;
  tags: readonly Tag[];
  /** Tags of one unit in one pane. */
  together?: boolean;
  alarms: readonly AlarmRow[];
  /** What else happened, as letters on the time axis. */
  marks?: readonly Mark[];
  span: Span;
  /** Draw a line at this event time (evidence of a ticket). */
  mark?: number;
  /** What a picture of it says it is. */
  title?: string;
  subtitle?: string;
};

/**
 * The pane stack. The browser script reads everything from data attributes, fetches the buckets itself and draws;
 * without script the table view holds the same buckets.
 */
export function Chart(props: ChartProps) {
  const { view, assetId, model, span } = props;
  const panes = panesOf(props.tags, props.together ?? false);
  const names = panes.flatMap((pane) => pane.lines.map((line) => line.name));
  const title = props.title ?? names.join(", ");
  return (
    <mw-chart
      data-asset={assetId}
      data-series={paths.apiSeries(assetId)}
      data-panes={JSON.stringify(panes)}
      data-running={model?.running ? JSON.stringify(model.running.all) : undefined}
      data-from={span.from}
      data-to={span.to}
      data-follow={span.range ? "" : undefined}
      data-mark={props.mark}
      data-zone={view.zone}
      data-title={title}
      data-subtitle={props.subtitle}
      data-file={title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}
    >
      <div
        class="ch-stage"
        data-part="stage"
        tabindex={0}
        role="application"
        aria-roledescription="chart"
        aria-label={`${names.join("; ")}. ${span.title}. Arrow keys move the cursor; the table holds the same numbers.`}
      >
        <div class="cur-lane" data-part="cursor" aria-hidden="true" />
        {panes.map((pane, index) => (
          <PaneBox pane={pane} tall={index === 0} />
        ))}
      </div>
      <div class="ch-under">
        <Lane part="mode" label={model?.running ? "Operating mode" : "Data"} />
        <Lane part="alarms" label="Alarms" />
        <Lane part="marks" label="Marks" />
        <div class="ch lanes" aria-hidden="true">
          <div class="ticks" data-part="ticks" />
          <span />
        </div>
      </div>
      <p class="vh" data-part="spoken" aria-live="polite" />
      <Moments {...props} />
      <Stepping
        span={span}
        owns={props.title !== undefined}
        assetId={assetId}
        keep={{
          tags: props.tags.map((tag) => tag.key).join(","),
          panes: props.together ? "unit" : undefined,
        }}
      />
      <Key model={model} marks={props.marks ?? []} />
      <p class="chart-note" data-part="note" hidden />
      <noscript>
        <p class="chart-note">The chart needs scripts. The table shows the same numbers.</p>
      </noscript>
    </mw-chart>
  );
}

function PaneBox({ pane, tall }: { pane: Pane; tall: boolean }) {
  const several = pane.lines.length > 1;
  return (
    <div class={`ch ${tall ? "tall" : ""}`} data-pane={pane.lines.map((line) => line.key).join(" ")}>
      <div class="plot" data-part="plot" />
      <div class="rd">
        {pane.lines.map((line, place) => (
          <div class="ch-line" data-line={line.key}>
            <span>
              {several ? <i class={`ch-sw s${place + 1}`} aria-hidden="true" /> : null}
              {line.name}
            </span>
            <b data-part="value">–</b>
            <span class="mut" data-part="spread" />
            <span class="mut" data-part="doubt" />
            <span class="ch-pin" data-part="pin" />
            {several ? null : (
              <span class="dim">
                tag <span class="m">{line.key}</span>
              </span>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

/** What happened, as data of an element of its own: a live page replaces it, and the script draws it again. */
function Moments({ assetId, alarms, marks = [] }: ChartProps) {
  const strip: Alarm[] = alarms.map((alarm) => ({
    from: alarm.onset,
    to: alarm.clearedAt,
    acknowledged: alarm.acknowledgedAt !== null,
    summary: `${readable(alarm.summary)}${alarm.backfilled ? " (arrived later)" : ""}`,
    href: alarm.ticketId ? paths.ticket(alarm.ticketId) : null,
  }));
  return (
    <div
      hidden
      data-region={`moments ${assetId}`}
      data-part="moments"
      data-alarms={JSON.stringify(strip)}
      data-marks={JSON.stringify(marks)}
    />
  );
}

function Lane({ part, label }: { part: string; label: string }) {
  return (
    <div class="ch lanes">
      <div class={`lane ch-${part}`} data-part={part} />
      <span class="rd dim">{label}</span>
    </div>
  );
}

function Key({ model, marks }: { model: ModelCatalog | undefined; marks: readonly Mark[] }) {
  const words: Record<Mark["kind"], string> = {
    T: "ticket",
    V: "visit",
    C: "command",
    F: "firmware",
    N: "note",
  };
  const entry = (sign: string, word: string) => (
    <span>
      <i class={sign} />
      {word}
    </span>
  );
  return (
    <div class="key" aria-hidden="true">
      <span>
        <i class="k-l" />
        <span data-part="bucket">mean</span>
      </span>
      {entry("k-b", "min to max")}
      {entry("k-w", "high, low")}
      {entry("k-f", "high-high, low-low")}
      {entry("k-u", "uncertain")}
      {model?.running ? entry("k-r", "running") : null}
      {model?.running && model.running.all.length > 1 ? entry("k-i", "idle") : null}
      {model?.running ? entry("k-o", "stopped") : null}
      {entry("k-g", "no data")}
      {entry("k-a", "alarm, not acknowledged")}
      {entry("k-k", "acknowledged")}
      {[...new Set(marks.map((mark) => mark.kind))].map((kind) => (
        <span>
          <b class="ch-mk">{kind}</b>
          {words[kind]}
        </span>
      ))}
    </div>
  );
}
