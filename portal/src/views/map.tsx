import { coastOf, UNITS_PER_PX } from "../map/coast.ts";
import { isInView, type Pill } from "../map/fleet-map.ts";
import { type Frame, scaleOf } from "../map/frame.ts";
import { geographyFor } from "../map/geography.ts";
import { count, formatNumber } from "./number.ts";
import { ASSET_SIGNS, Glyph } from "./status.tsx";

/** So far around the frame there is land, where a map can be dragged. Widths and heights. */
const BEYOND = 0.3;
/** Names stand beside the pills while there are few. */
const NAMED_UP_TO = 12;
const LETTER_PX = 7.6;

/**
 * Quiet land and borders, and pills on it. The land stretches with the picture while pills keep their size: both are
 * placed in shares of it, so that the server need not know how wide a screen is. Pills are links; without script each
 * press is a page.
 */
export function MapPicture<M>(props: {
  frame: Frame;
  pills: readonly Pill<M>[];
  hrefOf: (pill: Pill<M>) => string;
  /** One sentence: what is seen. */
  label: string;
  /** Draws land around the frame as well. */
  movable?: boolean;
  /** Id of the pill whose machines are listed. */
  here?: string | undefined;
}) {
  const { frame, pills, movable } = props;
  const beyond = movable ? BEYOND : 0;
  const shown = pills.filter((pill) => isInView(pill, frame, beyond));
  const named = shown.length <= NAMED_UP_TO;
  const scale = scaleOf(frame);
  return (
    <svg class="map">
      <title>{props.label}</title>
      <g data-map-moves="">
        <Coast frame={frame} beyond={beyond} />
        {shown.map((pill) => (
          <PillLink
            pill={pill}
            frame={frame}
            href={props.hrefOf(pill)}
            named={named && Boolean(movable)}
            here={pill.id === props.here}
          />
        ))}
      </g>
      <svg x="12" y="100%" overflow="visible" aria-hidden="true">
        <g class="scale">
          <line x1="0" x2={share(scale.width, frame.width)} y1="-12" y2="-12" />
          <text x="2" y="-17">
            {formatNumber(scale.km, 0)} km
          </text>
        </g>
      </svg>
    </svg>
  );
}

function Coast({ frame, beyond }: { frame: Frame; beyond: number }) {
  const { land, borders } = coastKept(frame, beyond);
  return (
    <svg
      viewBox={`0 0 ${frame.width * UNITS_PER_PX} ${frame.height * UNITS_PER_PX}`}
      preserveAspectRatio="none"
      width="100%"
      height="100%"
      overflow="visible"
      aria-hidden="true"
    >
      <path class="land" d={land} />
      <path class="border" d={borders} />
    </svg>
  );
}

function PillLink<M>(props: { pill: Pill<M>; frame: Frame; href: string; named: boolean; here: boolean }) {
  const { pill, frame } = props;
  const text = formatNumber(pill.count, 0);
  const abnormal = pill.worst !== "normal" && pill.worst !== "stopped";
  const width = Math.round(16 + text.length * LETTER_PX + (abnormal ? 20 : 0));
  const only = pill.sites.length === 1 ? pill.sites[0] : undefined;
  const place = only ? `${only.name}, ${only.customerName}` : count(pill.sites.length, "site");
  const states = pill.states.map(([state, n]) => `${n} ${ASSET_SIGNS[state].word.toLowerCase()}`).join(", ");
  const label = `${place}: ${count(pill.count, "machine")}, ${states}`;
  return (
    <svg x={share(pill.at.x, frame.width)} y={share(pill.at.y, frame.height)} overflow="visible">
      <title>{label}</title>
      <a href={props.href} aria-label={label} class="pill" aria-current={props.here ? "true" : undefined}>
        <rect x={-width / 2} y="-12" width={width} height="24" rx="12" />
        <text x={abnormal ? 10 : 0} y="4.5" text-anchor="middle">
          {text}
        </text>
      </a>
      {/* Sign and name stand beside the link, whose own name says both in full. */}
      {abnormal ? (
        <g transform={`translate(${-width / 2 + 6} -8)`} pointer-events="none">
          <Glyph state={pill.worst} />
        </g>
      ) : null}
      {props.named && only ? (
        <text class="pin-name" y="26" text-anchor="middle">
          {only.name.length > 24 ? `${only.name.slice(0, 23)}…` : only.name}
        </text>
      ) : null}
    </svg>
  );
}

const share = (of: number, whole: number): string => `${Number(((of / whole) * 100).toFixed(3))}%`;

/** The frames that people come back to (home, whole fleet) are drawn once. */
const KEEP = 24;
const kept = new Map<string, ReturnType<typeof coastOf>>();

function coastKept(frame: Frame, beyond: number): ReturnType<typeof coastOf> {
  const { centre, zoom, width, height } = frame;
  const key = [centre.latitude, centre.longitude, zoom, width, height, beyond].join();
  let coast = kept.get(key);
  if (!coast) {
    coast = coastOf(geographyFor(zoom), frame, beyond);
    if (kept.size >= KEEP) kept.delete(kept.keys().next().value!);
    kept.set(key, coast);
  }
  return coast;
}
