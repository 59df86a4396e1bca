import type { ModelCatalog, Tag } from "@millwright/shared/domain/model";
import { paths } from "../paths.ts";
import type { View } from "../views/layout.tsx";
import { sentenceCase } from "../views/number.ts";
import { toWall } from "../views/wall-time.ts";
import { DEFAULT_RANGE, RANGES, type Span } from "./span.ts";

export type Chosen = {
  view: View;
  assetId: string;
  span: Span;
  tags: readonly Tag[];
  model: ModelCatalog | undefined;
  table: boolean;
  /** As in the address: comma-separated keys. */
  asked: string | undefined;
  together: boolean;
};

/** Range, files, table and tags: links and GET forms, all state in the address. `data-follows`: the script keeps it on what is shown. */
export function ChartControls(props: Chosen) {
  const { assetId, span } = props;
  const keep = { tags: props.asked, panes: props.together ? "unit" : undefined };
  const view = props.table ? "table" : undefined;
  const here = span.range ? { range: span.range } : { from: span.from, to: span.to };
  return (
    <>
      <nav class="seg" aria-label="Range">
        {RANGES.map(([key, label, , title]) => (
          <a
            href={paths.asset(assetId, { ...keep, view, range: key })}
            aria-current={span.range === key ? "true" : undefined}
            data-range={key}
            data-title={title}
          >
            {label}
          </a>
        ))}
      </nav>
      <Custom {...props} />
      <div class="acts right">
        <a
          class="btn s"
          href={paths.asset(assetId, { ...keep, view, range: DEFAULT_RANGE })}
          data-act={props.table ? undefined : "back"}
          hidden={span.range !== null}
        >
          Back to live
        </a>
        <a
          class="btn s"
          href={paths.asset(assetId, { ...keep, ...here, view: props.table ? undefined : "table" })}
          data-follows="page"
        >
          {props.table ? "Chart" : "Table"}
        </a>
        <a
          class="btn s"
          href={paths.assetSeriesCsv(assetId, { ...keep, ...here })}
          data-follows="exact"
          download
        >
          CSV
        </a>
        {props.table ? null : (
          <button class="btn s" type="button" data-act="png" data-scripted hidden>
            PNG
          </button>
        )}
        <ChooseTags {...props} />
      </div>
    </>
  );
}

/** From and to, in the reader's zone. */
function Custom({ view, assetId, span, asked, together, table }: Chosen) {
  return (
    <details class="pop left" open={span.error !== undefined}>
      <summary class="btn s">Custom</summary>
      <div>
        <form action={paths.asset(assetId)} method="get">
          {asked ? <input type="hidden" name="tags" value={asked} /> : null}
          {together ? <input type="hidden" name="panes" value="unit" /> : null}
          {table ? <input type="hidden" name="view" value="table" /> : null}
          {(["from", "to"] as const).map((name) => (
            <div class="field">
              <label for={`span-${name}`}>{name === "from" ? "From" : "To"}</label>
              <input
                id={`span-${name}`}
                type="datetime-local"
                name={name}
                required
                value={toWall(span[name], view.zone)}
                data-follows={name}
                aria-invalid={span.error ? "true" : undefined}
                aria-describedby={span.error ? "span-error" : "span-hint"}
              />
            </div>
          ))}
          <p class="hint" id="span-hint">
            Times are in {view.zone}.
          </p>
          {span.error ? (
            <p class="err" id="span-error" role="alert">
              {span.error}
            </p>
          ) : null}
          <button class="btn p" type="submit">
            Show
          </button>
        </form>
      </div>
    </details>
  );
}

function ChooseTags({ assetId, span, tags, model, table, together }: Chosen) {
  const fixed = span.range === null;
  return (
    <details class="pop">
      <summary class="btn s">Choose tags</summary>
      <div>
        <form action={paths.asset(assetId)} method="get" data-join="tags">
          <input type="hidden" name="range" value={span.range ?? ""} disabled={fixed} data-follows="range" />
          <input
            type="hidden"
            name="from"
            value={fixed ? span.from : ""}
            disabled={!fixed}
            data-follows="from"
          />
          <input type="hidden" name="to" value={fixed ? span.to : ""} disabled={!fixed} data-follows="to" />
          {table ? <input type="hidden" name="view" value="table" /> : null}
          {(model?.tags ?? []).map((tag) => (
            <label class="choice">
              <input
                type="checkbox"
                name="tag"
                value={tag.key}
                checked={tags.some((t) => t.key === tag.key)}
              />
              <span>{sentenceCase(tag.name)}</span>
            </label>
          ))}
          <hr />
          <label class="choice">
            <input type="checkbox" name="panes" value="unit" checked={together} />
            <span>Tags of one unit in one pane</span>
          </label>
          <button class="btn p" type="submit">
            Show
          </button>
        </form>
      </div>
    </details>
  );
}

/** What drag, wheel and pinch do, as buttons. Where the chart owns the address they are links that work without script. */
export function Stepping({
  span,
  owns,
  assetId,
  keep,
}: {
  span: Span;
  owns: boolean;
  assetId: string;
  /** What else stands in the address: the chosen tags and panes. */
  keep: { tags: string; panes: string | undefined };
}) {
  const length = span.to - span.from;
  const steps = [
    ["earlier", "Earlier", span.from - length / 2, span.to - length / 2],
    ["later", "Later", span.from + length / 2, span.to + length / 2],
    ["in", "Zoom in", span.from + length / 4, span.to - length / 4],
    ["out", "Zoom out", span.from - length / 2, span.to + length / 2],
  ] as const;
  return (
    <fieldset class="ch-steps">
      <legend class="vh">Move the chart</legend>
      {steps.map(([act, label, from, to]) =>
        owns ? (
          <a
            class="btn s"
            href={paths.asset(assetId, { ...keep, from: Math.round(from), to: Math.round(to) })}
            data-act={act}
          >
            {label}
          </a>
        ) : (
          <button class="btn s" type="button" data-act={act} data-scripted hidden>
            {label}
          </button>
        ),
      )}
      <button class="btn s" type="button" data-act="reset" data-scripted hidden>
        Reset
      </button>
      <button class="btn s" type="button" data-act="pin" data-scripted hidden>
        Pin
      </button>
      <button class="btn s" type="button" data-act="unpin" data-part="unpin" hidden>
        Clear pins
      </button>
      <span class="sm mut" data-part="between" />
      {owns ? (
        <a
          class="btn s right"
          href={paths.assetExport(assetId, { from: Math.round(span.from), to: Math.round(span.to) })}
          data-follows="raw"
        >
          Raw data
        </a>
      ) : null}
    </fieldset>
  );
}
