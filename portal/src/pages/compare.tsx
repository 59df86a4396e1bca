import type { Tag } from "@millwright/shared/domain/model";
import { Hono } from "hono";
import { bucketsOf } from "../browser/chart/data.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import {
  type Compared,
  type Cut,
  comparedAssets,
  MOST_COMPARED,
  meansOf,
  newestOnset,
} from "../read/compare.ts";
import type { View } from "../views/layout.tsx";
import { compareCsv } from "./compare-csv.ts";
import { ComparePage } from "./compare-page.tsx";
import { spanOf } from "./span.ts";
import { answer, type PageContext, viewOf } from "./view-of.ts";

/** A line of so many points is as fine as a half-width screen shows. */
const BUCKETS = 240;
/** More panes than this are not one look any more. */
const MOST_TAGS = 6;
const SHOWN_AT_FIRST = 2;

export type Comparison = {
  assets: Compared[];
  /** What can be chosen: every tag that one of the machines has, those that more have first. */
  choices: { tag: Tag; machines: number }[];
  tags: Tag[];
  cut: Cut;
  range: string;
  align: "time" | "alarm";
  /** false: ingest did not answer. */
  live: boolean;
};

/** "What is different about this one?" Up to eight machines, one row of panes a tag, one axis for all. */
export function comparePages(deps: PortalDeps): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.get(paths.compare(), async (c) => {
    const view = viewOf(c, deps);
    return c.html(<ComparePage view={view} comparison={await comparisonOf(c, deps, view)} />);
  });
  app.get(paths.compareCsv(), async (c) => {
    const comparison = await comparisonOf(c, deps, viewOf(c, deps));
    return c.body(compareCsv(comparison), 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="compare.csv"',
    });
  });
  return app;
}

async function comparisonOf(c: PageContext, deps: PortalDeps, view: View): Promise<Comparison> {
  const query = new URL(c.req.url).searchParams;
  const listed = (name: string) => [
    ...new Set(
      query
        .getAll(name)
        .flatMap((value) => value.split(","))
        .filter(Boolean),
    ),
  ];
  const chosen = comparedAssets(deps, view.viewer, listed("assets").slice(0, MOST_COMPARED));
  const choices = tagsOf(chosen.map(({ tags }) => tags));
  const asked = listed("tags");
  const wanted = choices.filter(({ tag }) => asked.includes(tag.key)).map(({ tag }) => tag);
  const tags = (wanted.length ? wanted : choices.slice(0, SHOWN_AT_FIRST).map(({ tag }) => tag)).slice(
    0,
    MOST_TAGS,
  );
  const span = spanOf({ range: query.get("range") ?? undefined }, view);
  const { from, widthMs, buckets } = bucketsOf(span.from, span.to, BUCKETS);
  const cut: Cut = { spanMs: widthMs * buckets, widthMs, buckets };
  const align = query.get("align") === "alarm" ? "alarm" : "time";
  const starts = chosen.map(({ asset }) => {
    if (align === "time") return from;
    const onset = newestOnset(deps, view.viewer, asset.id);
    // A quarter of the span shows what led to it.
    return onset === null ? null : Math.floor((onset - cut.spanMs / 4) / widthMs) * widthMs;
  });
  const keys = tags.map((tag) => tag.key);
  const means = await Promise.all(
    chosen.map(({ asset }, place) => {
      const start = starts[place] ?? null;
      return start === null
        ? new Map<string, (number | null)[]>()
        : answer(deps, meansOf(deps, view.viewer, asset.id, keys, start, cut));
    }),
  );
  return {
    assets: chosen.map((of, place) => ({
      ...of,
      from: starts[place] ?? null,
      meansByTag: means[place] ?? new Map(),
    })),
    choices,
    tags,
    cut,
    range: span.range ?? "24h",
    align,
    live: means.every((of) => of !== null),
  };
}

/** Each tag once, by its key; what all machines have comes first, and of that what has a limit. */
function tagsOf(lists: readonly (readonly Tag[])[]): { tag: Tag; machines: number }[] {
  const found = new Map<string, { tag: Tag; machines: number; place: number }>();
  for (const tags of lists) {
    for (const [place, tag] of tags.entries()) {
      const known = found.get(tag.key);
      if (known) known.machines++;
      else found.set(tag.key, { tag, machines: 1, place });
    }
  }
  const limited = (tag: Tag) => (tag.limits ? 0 : 1);
  return [...found.values()].sort(
    (a, b) => b.machines - a.machines || limited(a.tag) - limited(b.tag) || a.place - b.place,
  );
}
