import type { ModelCatalog } from "@millwright/shared/domain/model";
import { isStaff, mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { AlarmRow } from "../read/rows.ts";
import {
  Acknowledge,
  AlarmTimes,
  alarmClass,
  alarmWords,
  Shelf,
  ShelveLink,
  Unshelve,
} from "../views/alarm.tsx";
import type { View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { PriorityMark } from "../views/status.tsx";
import { Chart } from "./chart-panel.tsx";
import { Advice } from "./machine-parts.tsx";
import { explained } from "./problems.ts";
import type { Span } from "./span.ts";

const HOUR_MS = 3_600_000;

export type RowLinks = {
  /** This page with the row of the alarm opened, null = with none. */
  open(id: string | null): string;
};

/** One alarm in the list: what, whose machine, since when, what can be done. Opened, also why and a chart. */
export function AlarmListRow(props: {
  alarm: AlarmRow;
  view: View;
  links: RowLinks;
  /** The model's catalogue when the row is open. */
  opened: { model: ModelCatalog | undefined } | null;
  /** On the machine's own page: without its name, and without selection. */
  alone?: boolean;
}) {
  const { alarm, view, links, opened } = props;
  const summary = readable(alarm.summary);
  const words = alarmWords(alarm);
  const staff = isStaff(view.viewer);
  const waits = alarm.acknowledgedAt === null && mayWrite(view.viewer);
  return (
    <li class={`row arow ${alarmClass(alarm)}`} data-row={alarm.id} id={`alarm-${alarm.id}`}>
      <span class="pick">
        {waits && staff && !props.alone ? (
          <label>
            <input type="checkbox" name="id" value={alarm.id} form="many" />
            <span class="vh">Select: {summary}</span>
          </label>
        ) : null}
      </span>
      <PriorityMark priority={alarm.priority} />
      <div class="what">
        <div class="l1">
          <a
            href={links.open(opened ? null : alarm.id)}
            aria-expanded={opened ? "true" : "false"}
            data-open-row=""
          >
            {summary}
          </a>
        </div>
        {props.alone ? null : (
          <div class="l2">
            {[staff ? alarm.customerName : null, alarm.siteName].filter(Boolean).map((name) => `${name} · `)}
            <a href={paths.asset(alarm.assetId)}>{alarm.assetName}</a>
          </div>
        )}
      </div>
      <div class="l2 since">
        <div class="nw">
          <AlarmTimes alarm={alarm} view={view} />
        </div>
        {alarm.shelf ? (
          <Shelf alarm={alarm} view={view} />
        ) : (
          <div class="ell" title={words}>
            {words}
          </div>
        )}
      </div>
      <div class="l2 tkt">
        {alarm.ticketId ? (
          <a href={paths.ticket(alarm.ticketId)}>
            <span class="vh">Ticket </span>T-{alarm.ticketNumber}
          </a>
        ) : null}
      </div>
      <div class="acts">
        {waits && staff && !alarm.shelf ? (
          <Acknowledge
            action={paths.acknowledge(alarm.id)}
            of={summary}
            next={view.path}
            primary={alarm.priority <= 2 && alarm.clearedAt === null}
          />
        ) : null}
        {staff && alarm.shelf ? <Unshelve alarm={alarm} next={view.path} /> : null}
        {staff && !alarm.shelf && alarm.clearedAt === null ? (
          <ShelveLink alarm={alarm} next={view.path} />
        ) : null}
      </div>
      {opened ? <Opened alarm={alarm} model={opened.model} view={view} /> : null}
    </li>
  );
}

/** Two hours: the last two of what is true now, else around its beginning. */
function twoHours(alarm: AlarmRow, now: number): Span {
  const from = alarm.clearedAt === null ? now - 2 * HOUR_MS : alarm.onset - HOUR_MS;
  const title = alarm.clearedAt === null ? "Last 2 hours" : "An hour before and after it began";
  return { range: null, from, to: from + 2 * HOUR_MS, title };
}

function Opened({ alarm, model, view }: { alarm: AlarmRow; model: ModelCatalog | undefined; view: View }) {
  const tag = model?.tags.find((known) => known.key === alarm.tag);
  const { mode } = explained(
    { key: alarm.id, ticket: null, alarms: [alarm], since: alarm.onset, waiting: 0 },
    model,
  );
  const span = twoHours(alarm, view.now);
  return (
    <div class="opened">
      <Advice mode={mode} />
      {tag ? (
        <Chart
          view={view}
          assetId={alarm.assetId}
          model={model}
          tags={[tag]}
          alarms={[alarm]}
          span={span}
          mark={alarm.onset >= span.from ? alarm.onset : undefined}
        />
      ) : (
        <p class="mut">
          {alarm.tag === null
            ? "It is about the device as a whole, so there is no reading to draw."
            : "The model no longer lists the tag, so there is nothing to draw."}
        </p>
      )}
      <p class="l2">
        <a href={paths.asset(alarm.assetId, alarm.tag ? { tags: alarm.tag } : {})}>
          All of {alarm.assetName}
        </a>
      </p>
    </div>
  );
}
