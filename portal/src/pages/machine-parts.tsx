import type { FailureMode, ModelCatalog, Tag } from "@millwright/shared/domain/model";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import { Acknowledge, AlarmLife, ShelveLink } from "../views/alarm.tsx";
import type { View } from "../views/layout.tsx";
import { limitPassed } from "../views/limit.ts";
import { count, decimalsFor, decimalsOf, formatNumber, readable, sentenceCase } from "../views/number.ts";
import { Ago, Empty } from "../views/parts.tsx";
import { PriorityMark, QUALITY_NOTES } from "../views/status.tsx";
import { unitSign } from "../views/unit.ts";
import { explained, type Problem } from "./problems.ts";

/** A problem opened: what it is, since when, and what the model's catalogue knows of cause, consequence and remedy. */
export function ActiveProblem({
  problem,
  model,
  view,
}: {
  problem: Problem;
  model: ModelCatalog | undefined;
  view: View;
}) {
  const { mode, first, rest } = explained(problem, model);
  const summary = readable(first.summary);
  const mayAcknowledge = isStaff(view.viewer) && problem.waiting > 0;
  return (
    <section class={`alm ${problem.waiting ? "" : "acked"}`} aria-label={`Active alarm: ${summary}`}>
      <PriorityMark priority={first.priority} />
      <div>
        <div class="l1">{summary}</div>
        <div class="l2">
          <AlarmLife alarm={first} view={view} />
        </div>
        {rest.map((alarm) => (
          <div class="also">
            <div>{readable(alarm.summary)}</div>
            <div class="l2">
              <AlarmLife alarm={alarm} view={view} />
            </div>
          </div>
        ))}
      </div>
      <div class="acts">
        {mayAcknowledge ? (
          <Acknowledge
            action={first.ticketId ? paths.acknowledgeTicket(first.ticketId) : paths.acknowledge(first.id)}
            of={rest.length ? `${summary}, and ${count(rest.length, "more alarm")}` : summary}
            next={view.path}
            primary
          />
        ) : null}
        {isStaff(view.viewer) ? <ShelveLink alarm={first} next={view.path} /> : null}
        {first.ticketId ? (
          <a class="btn" href={paths.ticket(first.ticketId)}>
            Open T-{first.ticketNumber}
          </a>
        ) : null}
      </div>
      <Advice mode={mode} />
    </section>
  );
}

/** What the model's catalogue knows: why, what if not, what next. Nothing when it knows nothing. */
export function Advice({ mode }: { mode: FailureMode | undefined }) {
  const advice: [string, string | undefined][] = [
    ["Cause, most often", mode?.cause],
    ["If nothing is done", mode?.consequence],
    ["Do next", mode?.action],
  ];
  const known = advice.filter(([, text]) => text);
  if (known.length === 0) return null;
  return (
    <dl class="advice">
      {known.map(([term, text]) => (
        <div>
          <dt>{term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export const decimalsOfTag = (tag: Tag | undefined): number | null =>
  tag?.resolution ? decimalsOf(tag.resolution) : null;

/** Older than this many expected intervals: the value is stale, and says so. */
const STALE_INTERVALS = 3;

function isStale(value: LatestValue, tag: Tag | undefined, now: number): boolean {
  if (tag?.onChange) return false;
  return now - value.time > Math.max(30_000, STALE_INTERVALS * (tag?.expectedIntervalMs ?? 60_000));
}

/** Every tag: the catalogue's in its order, then what the device sends beside it. */
export function LatestTable(props: {
  assetId: string;
  values: readonly LatestValue[] | null;
  model: ModelCatalog | undefined;
  view: View;
}) {
  const { values, model, view } = props;
  const listed = model?.tags ?? [];
  const byTag = new Map((values ?? []).map((value) => [value.tag, value]));
  const unlisted = (values ?? []).filter((value) => !listed.some((tag) => tag.key === value.tag));
  if (!values?.length && !listed.length) {
    return (
      <Empty>
        <p>No reading has arrived yet.</p>
      </Empty>
    );
  }
  return (
    <table>
      <caption class="vh">Latest value of every tag</caption>
      <thead>
        <tr>
          <th scope="col">Tag</th>
          <th scope="col" class="num">
            Value
          </th>
          <th scope="col">Unit</th>
          <th scope="col" class="num hide-s">
            Age
          </th>
          <th scope="col">Quality</th>
        </tr>
      </thead>
      <tbody>
        {listed.map((tag) => (
          <LatestRow
            assetId={props.assetId}
            tag={tag}
            tagKey={tag.key}
            value={byTag.get(tag.key)}
            view={view}
          />
        ))}
        {unlisted.map((value) => (
          <LatestRow assetId={props.assetId} tag={undefined} tagKey={value.tag} value={value} view={view} />
        ))}
      </tbody>
    </table>
  );
}

function LatestRow(props: {
  assetId: string;
  tag: Tag | undefined;
  tagKey: string;
  value: LatestValue | undefined;
  view: View;
}) {
  const { tag, tagKey, value, view } = props;
  const decimals = decimalsOfTag(tag);
  const stale = value && isStale(value, tag, view.now);
  const number = value ? formatNumber(value.value, decimals ?? decimalsFor(value.value)) : "no data";
  return (
    <tr
      data-live-row={`${props.assetId} ${tagKey}`}
      data-decimals={decimals ?? undefined}
      data-limits={tag?.limits ? JSON.stringify(tag.limits) : undefined}
    >
      <th scope="row">
        {tag ? sentenceCase(tag.name) : <span class="m">{tagKey}</span>}
        {tag ? <span class="sm dim m r3rd hide-s"> {tagKey}</span> : null}
      </th>
      <td class={`v ${stale ? "stale" : ""}`} data-cell="value">
        {value?.quality === "uncertain" ? "~" : ""}
        {value?.quality === "bad" ? <s class="bad">{number}</s> : number}
      </td>
      <td class="mut">{unitSign(tag?.unit)}</td>
      <td class="num dim hide-s" data-cell="age">
        {value ? <Ago at={value.time} reading={view} class={stale ? "stale-age" : ""} /> : "–"}
      </td>
      <td data-cell="quality">{value ? <Quality value={value} tag={tag} /> : <span class="dim">–</span>}</td>
    </tr>
  );
}

function Quality({ value, tag }: { value: LatestValue; tag: Tag | undefined }) {
  const note = value.note ? (QUALITY_NOTES[value.note] ?? value.note) : null;
  if (!value.listed) return <span class="mut">Unlisted tag</span>;
  if (value.quality === "bad") return <span class="mut">Bad{note ? `, ${note}` : ""}</span>;
  if (value.quality === "uncertain") return <span class="mut">Uncertain{note ? `, ${note}` : ""}</span>;
  const passed = limitPassed(value.value, tag?.limits);
  return passed ? <b>{passed}</b> : <span class="mut">Good</span>;
}
