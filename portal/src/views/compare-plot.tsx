import type { Tag } from "@millwright/shared/domain/model";
import { decimalsOf, formatNumber, formatQuantity, sentenceCase } from "./number.ts";
import { unitSign } from "./unit.ts";

export type CompareLine = { id: string; name: string; href: string; means: readonly (number | null)[] };

const WIDTH = 1000;
const HEIGHT = 160;

/**
 * One quantity of all machines: lines over one axis, each named at the right in the order of where it ends. Drawn on
 * the server; browser/compare.ts moves the cursor through all panes.
 */
export function ComparePane({ tag, lines }: { tag: Tag; lines: readonly CompareLine[] }) {
  const [low, high] = rangeOf(lines, tag);
  const y = (value: number) => HEIGHT - 4 - ((value - low) / (high - low)) * (HEIGHT - 8);
  const decimals = tag.resolution === undefined ? null : decimalsOf(tag.resolution);
  const last = (line: CompareLine) => line.means.findLast((mean) => mean !== null) ?? null;
  const inOrder = lines
    .map((line, place) => ({ line, place }))
    .sort((a, b) => (last(b.line) ?? Number.NEGATIVE_INFINITY) - (last(a.line) ?? Number.NEGATIVE_INFINITY));
  const warnings = [tag.limits?.low, tag.limits?.high].filter((limit) => limit !== undefined);
  const axis = (value: number) =>
    formatNumber(value, Math.min(3, Math.max(0, 1 - Math.floor(Math.log10(high - low)))));
  return (
    <section class="cp" aria-label={sentenceCase(tag.name)}>
      <h3>
        {sentenceCase(tag.name)} <span class="mut">{unitSign(tag.unit)}</span>
      </h3>
      <div class="cp-axis sm dim" aria-hidden="true">
        <span>{axis(high)}</span>
        <span>{axis((high + low) / 2)}</span>
        <span>{axis(low)}</span>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={wordsOf(tag, lines)}
      >
        {[0.25, 0.5, 0.75].map((part) => (
          <line class="cp-grid" x1={part * WIDTH} x2={part * WIDTH} y1="0" y2={HEIGHT} />
        ))}
        {[y(high), y((high + low) / 2), y(low)].map((at) => (
          <line class="cp-grid" x1="0" x2={WIDTH} y1={at} y2={at} />
        ))}
        {warnings.map((limit) => (
          <line class="cp-limit" x1="0" x2={WIDTH} y1={y(limit)} y2={y(limit)} />
        ))}
        {lines.map((line, place) => (
          <path class={`cp-line c${place + 1}`} d={pathOf(line.means, y)} />
        ))}
        <line class="cp-cursor" x1="0" x2="0" y1="0" y2={HEIGHT} data-cursor="" hidden />
      </svg>
      <ol class="cp-names">
        {inOrder.map(({ line, place }) => (
          <li
            data-values={line.means
              .map((mean) => (mean === null ? "" : Number(mean.toPrecision(5))))
              .join(",")}
          >
            <svg class="cp-key" viewBox="0 0 20 8" aria-hidden="true">
              <path class={`cp-line c${place + 1}`} d="M0 4H20" />
            </svg>
            <a class="ell q" href={line.href} title={line.name}>
              {line.name}
            </a>
            <b data-value="" data-decimals={decimals}>
              {last(line) === null ? "no data" : formatQuantity(last(line), null, decimals)}
            </b>
          </li>
        ))}
      </ol>
    </section>
  );
}

function rangeOf(lines: readonly CompareLine[], tag: Tag): [number, number] {
  const means = lines.flatMap((line) => line.means.filter((mean) => mean !== null));
  if (means.length === 0) return [0, 1];
  const limits = [tag.limits?.low, tag.limits?.high].filter((limit) => limit !== undefined);
  const low = Math.min(...means, ...limits);
  const high = Math.max(...means, ...limits);
  return low === high ? [low - 1, high + 1] : [low, high];
}

function pathOf(means: readonly (number | null)[], y: (value: number) => number): string {
  const step = WIDTH / means.length;
  let path = "";
  let isDown = false;
  for (const [i, mean] of means.entries()) {
    if (mean !== null) {
      path += `${isDown ? "L" : "M"}${((i + 0.5) * step).toFixed(1)} ${y(mean).toFixed(1)}`;
      // A lone value is a point: a line of no length with a round end.
      if (!isDown && (means[i + 1] ?? null) === null) path += "h.01";
    }
    isDown = mean !== null;
  }
  return path;
}

function wordsOf(tag: Tag, lines: readonly CompareLine[]): string {
  const parts = lines.map(({ name, means }) => {
    const known = means.filter((mean) => mean !== null);
    if (known.length === 0) return `${name}: no data`;
    return `${name}: ${formatQuantity(Math.min(...known), null)} to ${formatQuantity(Math.max(...known), tag.unit)}`;
  });
  return `${sentenceCase(tag.name)}. ${parts.join("; ")}`;
}
