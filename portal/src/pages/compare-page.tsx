import { paths } from "../paths.ts";
import type { Compared } from "../read/compare.ts";
import { ComparePane } from "../views/compare-plot.tsx";
import { Page, type View } from "../views/layout.tsx";
import { count, decimalsOf, formatNumber, sentenceCase } from "../views/number.ts";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { PageHead } from "../views/table.tsx";
import { duration, when } from "../views/time.ts";
import { unitSign } from "../views/unit.ts";
import type { Comparison } from "./compare.tsx";
import { RANGES } from "./span.ts";

export function ComparePage({ view, comparison }: { view: View; comparison: Comparison }) {
  const { assets, tags, live } = comparison;
  const left = assets.filter(({ from }) => from === null);
  return (
    <Page view={view} title="Compare">
      <PageHead
        title="Compare"
        crumb={{ label: "Fleet", href: paths.fleet() }}
        lead={assets.length ? `${count(assets.length, "machine")}, ${count(tags.length, "tag")}` : null}
        acts={
          assets.length ? (
            <a class="btn" href={paths.compareCsv(queryOf(comparison))} download>
              CSV
            </a>
          ) : null
        }
      />
      {live ? null : <TelemetryDown />}
      {assets.length ? (
        <>
          <Controls comparison={comparison} />
          {left.length ? (
            <p class="strip-note" role="status">
              Without an alarm, so not shown: {left.map(({ asset }) => asset.name).join(", ")}
            </p>
          ) : null}
          <Panes view={view} comparison={comparison} />
          <Figures comparison={comparison} />
        </>
      ) : (
        <section class="pan" aria-label="Nothing chosen">
          <Empty>
            <p>Choose up to eight machines in the fleet, by their boxes or with the key x.</p>
            <a class="btn p" href={paths.fleet()}>
              Choose machines
            </a>
          </Empty>
        </section>
      )}
    </Page>
  );
}

const queryOf = ({ assets, tags, range, align }: Comparison) => ({
  assets: assets.map(({ asset }) => asset.id).join(","),
  tags: tags.map((tag) => tag.key).join(","),
  range,
  align: align === "alarm" ? align : "",
});

function Controls({ comparison }: { comparison: Comparison }) {
  const { choices, tags, range, align } = comparison;
  const query = queryOf(comparison);
  const link = (over: Record<string, string>) => paths.compare({ ...query, ...over });
  return (
    <div class="filt">
      <nav class="seg" aria-label="Range">
        {RANGES.map(([key, label]) => (
          <a href={link({ range: key })} aria-current={key === range ? "true" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <nav class="seg" aria-label="Axis">
        <a href={link({ align: "" })} aria-current={align === "time" ? "true" : undefined}>
          Same time
        </a>
        <a href={link({ align: "alarm" })} aria-current={align === "alarm" ? "true" : undefined}>
          From the newest alarm
        </a>
      </nav>
      <details class="pop chip-tags">
        <summary class="btn">Tags</summary>
        <div>
          <form class="form" action={paths.compare()} method="get" data-join="tags">
            <input type="hidden" name="assets" value={query.assets} />
            <input type="hidden" name="range" value={range} />
            {align === "alarm" ? <input type="hidden" name="align" value="alarm" /> : null}
            <fieldset class="choices">
              <legend class="vh">Tags to compare</legend>
              {choices.map(({ tag, machines }) => (
                <label class="choice">
                  <input type="checkbox" name="tags" value={tag.key} checked={tags.includes(tag)} />
                  {sentenceCase(tag.name)}
                  <span class="right dim">{machines}</span>
                </label>
              ))}
            </fieldset>
            <button class="btn p" type="submit">
              Show
            </button>
          </form>
        </div>
      </details>
    </div>
  );
}

function Panes({ view, comparison }: { view: View; comparison: Comparison }) {
  const { assets, tags, cut, align } = comparison;
  const from = assets[0]?.from ?? 0;
  const label = (part: number) =>
    align === "time"
      ? when(from + part * cut.spanMs, view.now, view.zone)
      : hours((part - 0.25) * cut.spanMs);
  const labels = Array.from({ length: cut.buckets }, (_, i) => label((i + 0.5) / cut.buckets));
  return (
    <section class="pan" aria-label="Charts">
      <mw-compare tabindex="0" aria-label="Charts: arrow keys move the cursor" data-labels={labels.join("|")}>
        {tags.map((tag) => (
          <ComparePane tag={tag} lines={assets.map((of) => lineOf(of, tag.key))} />
        ))}
        <div class="cp-times sm dim">
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <span>{label(part)}</span>
          ))}
        </div>
        <p class="cp-at sm mut" role="status" data-at="">
          Values at the right are the newest.
        </p>
      </mw-compare>
    </section>
  );
}

const lineOf = ({ asset, meansByTag }: Compared, key: string) => ({
  id: asset.id,
  name: asset.name,
  href: paths.asset(asset.id),
  means: meansByTag.get(key) ?? [],
});

const hours = (ms: number): string =>
  ms === 0 ? "alarm" : `${ms < 0 ? "\u2212" : "+"}${duration(Math.abs(ms))}`;

/** The same in figures, for who cannot see lines. */
function Figures({ comparison: { assets, tags } }: { comparison: Comparison }) {
  return (
    <>
      {tags.map((tag) => {
        const decimals = tag.resolution === undefined ? null : decimalsOf(tag.resolution);
        const text = (value: number | undefined) =>
          value === undefined ? "no data" : formatNumber(value, decimals);
        return (
          <section class="pan cp-table" aria-label={`${sentenceCase(tag.name)} in figures`}>
            <table>
              <caption>
                {sentenceCase(tag.name)} <span class="mut">{unitSign(tag.unit)}</span>
              </caption>
              <thead>
                <tr>
                  <th scope="col">Machine</th>
                  {["Least", "Mean", "Most", "Last"].map((head) => (
                    <th scope="col" class="num">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {assets.map(({ asset, meansByTag }) => {
                  const known = (meansByTag.get(tag.key) ?? []).filter((mean) => mean !== null);
                  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
                  return (
                    <tr>
                      <th scope="row">
                        <a href={paths.asset(asset.id)}>{asset.name}</a>
                      </th>
                      <td class="num">{text(known.length ? Math.min(...known) : undefined)}</td>
                      <td class="num">{text(known.length ? mean : undefined)}</td>
                      <td class="num">{text(known.length ? Math.max(...known) : undefined)}</td>
                      <td class="num">{text(known.at(-1))}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </section>
        );
      })}
    </>
  );
}
