import type { Tag } from "@millwright/shared/domain/model";
import { bucketsOf } from "../browser/chart/data.ts";
import type { Mark } from "../browser/chart/marks.ts";
import type { PortalDeps } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAlarms } from "../read/alarms.ts";
import { type AnnotationRow, listAnnotations } from "../read/annotations.ts";
import type { AlarmRow, AssetRow, ModelRow, TicketRow } from "../read/rows.ts";
import { type AssetSeries, seriesOf } from "../read/telemetry.ts";
import { listTickets } from "../read/tickets.ts";
import type { View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { ChartControls } from "./chart-controls.tsx";
import { Chart, chosenTags } from "./chart-panel.tsx";
import { Notes, short } from "./notes.tsx";
import { SeriesTable } from "./series-table.tsx";
import { type Span, spanOf } from "./span.ts";
import { answer, type PageContext } from "./view-of.ts";

/** Rows of a table that nobody's screen width has asked for. */
const TABLE_BUCKETS = 50;
const MOST_BUCKETS = 2000;

/** Everything the chart part of a machine's page shows. */
export type ChartState = {
  asset: AssetRow;
  model: ModelRow;
  span: Span;
  tags: Tag[];
  asked: string | undefined;
  together: boolean;
  table: boolean;
  strip: AlarmRow[];
  tickets: TicketRow[];
  notes: AnnotationRow[];
  /** Of the table; null when ingest does not answer, or no table is shown. */
  series: AssetSeries[] | null;
};

type Machine = { asset: AssetRow; model: ModelRow; active: readonly AlarmRow[] };

/** Reads what the address asks for: range or from and to, tags, panes=unit, view=table, buckets. */
export async function chartState(
  c: PageContext,
  deps: PortalDeps,
  view: View,
  { asset, model, active }: Machine,
): Promise<ChartState> {
  const { db } = deps;
  const { viewer } = view;
  const query = c.req.query();
  const asked = c.req.queries("tag")?.join(",") ?? query.tags;
  const span = spanOf(query, view);
  const tags = chosenTags(asked, model, active);
  const table = query.view === "table";
  const { from, to } = span;
  const keys = tags.map((tag) => tag.key);
  return {
    asset,
    model,
    span,
    tags,
    asked,
    together: query.panes === "unit",
    table,
    strip: listAlarms(db, viewer, { assetId: asset.id, from, to, limit: 200 }).items,
    tickets: listTickets(db, viewer, { assetId: asset.id, state: "all", limit: 200 }).items.filter(
      (ticket) => ticket.openedAt >= from && ticket.openedAt <= to,
    ),
    notes: listAnnotations(db, viewer, { assetId: asset.id, from, to }),
    series:
      table && keys.length
        ? await answer(
            deps,
            seriesOf(deps, viewer, asset.id, { tags: keys, ...cut(span, query.buckets) }).then(
              (read) => read.series,
            ),
          )
        : null,
  };
}

/** The chart's own buckets: it told how many fit its width, or a number that reads well. */
export function cut(span: Span, buckets: string | undefined): { from: number; to: number; buckets: number } {
  const asked = /^\d{1,4}$/.test(buckets ?? "") ? Number(buckets) : TABLE_BUCKETS;
  const { widthMs: _, ...range } = bucketsOf(span.from, span.to, Math.min(MOST_BUCKETS, Math.max(10, asked)));
  return range;
}

export function ChartSection({ view, chart }: { view: View; chart: ChartState }) {
  const { asset, model, span, tags } = chart;
  return (
    <section class="pan" aria-labelledby="h-chart">
      <header class="chart-head">
        <h2 id="h-chart" data-chart-title="">
          {span.title}
        </h2>
        <ChartControls {...chart} view={view} assetId={asset.id} />
      </header>
      <Shown view={view} chart={chart} />
      <Notes view={view} assetId={asset.id} notes={chart.notes} tags={model.tags} span={span} />
      {chart.table || !tags.length ? null : (
        <p class="chart-hint sm mut">
          Drag to zoom, Shift and drag to move, Ctrl and wheel to scale, click to pin. Keys: arrows, Enter, +
          − [ ] 0.
        </p>
      )}
    </section>
  );
}

function Shown({ view, chart }: { view: View; chart: ChartState }) {
  const { asset, tags } = chart;
  if (!tags.length) return <p class="chart-note">The model lists no tags, so there is nothing to draw.</p>;
  if (chart.table) {
    return chart.series ? (
      <SeriesTable view={view} tags={tags} series={chart.series} />
    ) : (
      <p class="chart-note">
        The readings of this time cannot be shown just now. They are kept; try again in a moment.
      </p>
    );
  }
  return (
    <Chart
      view={view}
      assetId={asset.id}
      model={chart.model}
      tags={tags}
      together={chart.together}
      alarms={chart.strip}
      marks={marksOf(chart)}
      span={chart.span}
      title={asset.name}
      subtitle={`${asset.modelName} ${asset.serialNumber}, ${asset.siteName}`}
    />
  );
}

function marksOf({ tickets, notes }: ChartState): Mark[] {
  return [
    ...tickets.map((ticket) => ({
      kind: "T" as const,
      at: ticket.openedAt,
      to: ticket.endedAt,
      label: `Ticket T-${ticket.number}: ${readable(ticket.title)}`,
      href: paths.ticket(ticket.id),
    })),
    ...notes.map((note) => ({
      kind: "N" as const,
      at: note.from,
      to: note.to,
      label: `Note: ${short(note.text)}`,
      href: `#note-${note.id}`,
    })),
  ];
}
