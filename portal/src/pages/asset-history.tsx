import { paths } from "../paths.ts";
import type { HistoryEvent, HistoryKind } from "../read/history.ts";
import type { View } from "../views/layout.tsx";
import { readable } from "../views/number.ts";
import { Empty, Time } from "../views/parts.tsx";
import { longDay } from "../views/time.ts";
import { toWall } from "../views/wall-time.ts";

const KIND_WORDS: Record<HistoryKind, string> = {
  alarm: "Alarms",
  ticket: "Tickets",
  shelving: "Shelving",
  device: "Devices",
  ownership: "Ownership",
  note: "Notes",
};

/** Time, dot, one sentence. A full dot is an alarm or a ticket that began. */
export function Timeline({ events, view }: { events: readonly HistoryEvent[]; view: View }) {
  return (
    <ol class="tl">
      {events.filter(toldOnce(events)).map((event) => (
        <li class={event.what === "raised" || event.what === "opened" ? "big" : ""}>
          <Time at={event.at} reading={view} />
          <i />
          <span>
            <Sentence event={event} view={view} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** An alarm and the ticket that it opened are one line. */
const toldOnce = (events: readonly HistoryEvent[]) => (event: HistoryEvent) =>
  event.what !== "opened" ||
  !events.some(
    (other) =>
      other.what === "raised" && other.ticket?.id === event.ticket.id && Math.abs(other.at - event.at) < 1000,
  );

function TicketLink({ ticket }: { ticket: { id: string; number: number } }) {
  return <a href={paths.ticket(ticket.id)}>T-{ticket.number}</a>;
}

function Sentence({ event, view }: { event: HistoryEvent; view: View }) {
  switch (event.what) {
    case "raised":
      return (
        <>
          Alarm: {readable(event.summary)}
          {event.ticket ? (
            <>
              {" "}
              · <TicketLink ticket={event.ticket} />
            </>
          ) : null}
          {event.late ? <span class="mut"> · arrived later</span> : null}
        </>
      );
    case "cleared":
      return <>Over: {readable(event.summary)}</>;
    case "opened":
      return (
        <>
          <TicketLink ticket={event.ticket} /> opened: {readable(event.title)}
        </>
      );
    case "ended":
      return (
        <>
          <TicketLink ticket={event.ticket} /> ended
        </>
      );
    case "shelved":
      return (
        <>
          {event.by} shelved <span class="m">{event.type}</span>
          {event.until === null ? (
            " until it clears"
          ) : (
            <>
              {" "}
              until <Time at={event.until} reading={view} />
            </>
          )}
          : {event.reason}
        </>
      );
    case "unshelved":
      return (
        <>
          <span class="m">{event.type}</span>{" "}
          {event.by === null ? "calls again: its shelving ended" : `taken off the shelf by ${event.by}`}
        </>
      );
    case "registered":
      return (
        <>
          {event.gateway ? "Gateway" : "Device"} <span class="m">{event.name}</span> registered
        </>
      );
    case "revoked":
      return (
        <>
          {event.gateway ? "Gateway" : "Device"} <span class="m">{event.name}</span> revoked
        </>
      );
    case "owned":
      return <>Belongs to {event.customer} from here on</>;
    case "noted":
      return (
        <>
          {event.by} noted: {event.text}
          {event.internal ? <span class="mut"> · internal</span> : null}
        </>
      );
  }
}

/** The whole history, by day, narrowed to one kind by a link. */
export function HistoryTab(props: {
  view: View;
  assetId: string;
  events: readonly HistoryEvent[];
  next: number | null;
  kind: HistoryKind | undefined;
  kinds: readonly HistoryKind[];
}) {
  const { view, assetId, events, kind } = props;
  const here = (query: Record<string, string | number | undefined>) =>
    paths.asset(assetId, { tab: "history", ...query });
  return (
    <section class="pan" aria-labelledby="h-history">
      <header>
        <h2 id="h-history">History</h2>
        <nav class="seg right" aria-label="What happened">
          <a href={here({})} aria-current={kind === undefined ? "true" : undefined}>
            All
          </a>
          {props.kinds.map((each) => (
            <a href={here({ kind: each })} aria-current={kind === each ? "true" : undefined}>
              {KIND_WORDS[each]}
            </a>
          ))}
        </nav>
      </header>
      {events.length ? (
        byDay(events, view.zone).map(([day, of]) => (
          <>
            <h3 class="tl-day">{day}</h3>
            <Timeline events={of} view={view} />
          </>
        ))
      ) : (
        <Empty>
          <p>Nothing of this kind has happened.</p>
        </Empty>
      )}
      {props.next === null ? null : (
        <p class="more">
          <a href={here({ kind, before: props.next })}>Earlier</a>
        </p>
      )}
    </section>
  );
}

function byDay(events: readonly HistoryEvent[], zone: string): [string, HistoryEvent[]][] {
  const days = new Map<string, HistoryEvent[]>();
  for (const event of events) {
    const day = `${longDay(event.at, zone)} ${toWall(event.at, zone).slice(0, 4)}`;
    const of = days.get(day);
    if (of) of.push(event);
    else days.set(day, [event]);
  }
  return [...days];
}
