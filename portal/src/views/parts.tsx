import type { Child } from "hono/jsx";
import { ago, full, when } from "./time.ts";

/** What every view needs to know about its reader. Times are epoch ms. */
export type Reading = {
  now: number;
  zone: string;
  /** Told in titles beside `zone`: the site's, or the reader's own where the page is in the site's. */
  otherZone?: string;
};

export function Panel(props: {
  id: string;
  title: string;
  aside?: Child;
  children?: Child;
  class?: string;
  region?: boolean;
}) {
  return (
    <section
      class={`pan ${props.class ?? ""}`}
      aria-labelledby={`h-${props.id}`}
      data-region={props.region ? props.id : undefined}
    >
      <header>
        <h2 id={`h-${props.id}`}>{props.title}</h2>
        {props.aside ? <div class="aside">{props.aside}</div> : null}
      </header>
      {props.children}
    </section>
  );
}

/** One sentence why there is nothing, and the next step. */
export function Empty({ children }: { children?: Child }) {
  return <div class="empty">{children}</div>;
}

/** "14:32", "Wed 10:20" …: a point in time, exact in the title. */
export function Time({ at, reading }: { at: number; reading: Reading }) {
  return (
    <time datetime={new Date(at).toISOString()} title={full(at, reading.zone, reading.otherZone)} class="nw">
      {when(at, reading.now, reading.zone)}
    </time>
  );
}

/** "4 s ago", kept true by the browser script. */
export function Ago({ at, reading, class: cls }: { at: number; reading: Reading; class?: string }) {
  return (
    <time
      datetime={new Date(at).toISOString()}
      title={full(at, reading.zone, reading.otherZone)}
      class={`nw ${cls ?? ""}`}
      data-ago=""
    >
      {ago(at, reading.now)}
    </time>
  );
}

function Cross() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <circle cx="8" cy="8" r="7" fill="var(--f)" />
      <path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" stroke="var(--f-on)" stroke-width="1.8" />
    </svg>
  );
}

/** What went wrong with a form as a whole. */
export function FormError({ text }: { text: string | undefined }) {
  return text ? (
    <p class="alert" role="alert">
      <Cross />
      <span>{text}</span>
    </p>
  ) : null;
}

type FieldProps = {
  name: string;
  label: string;
  hint?: Child;
  error?: string | undefined;
  /** Renders the control with the ids and aria attributes it must carry. */
  control: (attributes: {
    id: string;
    name: string;
    "aria-describedby"?: string;
    "aria-invalid"?: "true";
  }) => Child;
};

/** Label above, hint and error below, tied to the control. */
export function Field({ name, label, hint, error, control }: FieldProps) {
  const described = [hint ? `${name}-hint` : "", error ? `${name}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={`f-${name}`}>{label}</label>
      {control({
        id: `f-${name}`,
        name,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": "true" as const } : {}),
      })}
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="err" id={`${name}-error`}>
          <Cross />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  );
}

export type Option = { value: string; label: string };

export function Select(props: {
  options: readonly Option[];
  value?: string | undefined;
  attributes: Record<string, unknown>;
  none?: string;
}) {
  return (
    <select {...props.attributes}>
      {props.none !== undefined ? <option value="">{props.none}</option> : null}
      {props.options.map((option) => (
        <option value={option.value} selected={option.value === props.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** Facts: term and value, right-aligned. */
export function Facts({ items }: { items: readonly (readonly [Child, Child] | null)[] }) {
  return (
    <dl class="kv">
      {items.map((item) =>
        item ? (
          <>
            <dt>{item[0]}</dt>
            <dd>{item[1]}</dd>
          </>
        ) : null,
      )}
    </dl>
  );
}

/** What is said when ingest does not answer: what happened, and what is still true. */
export function TelemetryDown() {
  return (
    <p class="strip-note" role="status">
      <b>Live values are not available just now.</b>
      <span class="mut">
        Readings are still received and kept. Alarms and tickets below are as last known.
      </span>
    </p>
  );
}

/** A button that cannot be pressed now says why, beside it and to those who hear it. */
export function NotNow({ id, verb, why }: { id: string; verb: string; why: string }) {
  return (
    <span class="not-now">
      <button class="btn" type="button" disabled aria-describedby={id}>
        {verb}
      </button>
      <span class="sm mut" id={id}>
        {why}
      </span>
    </span>
  );
}

/** Grey bars in the place of what is still being read; they show only when it takes longer than 300 ms. */
export function Skeleton({ label, lines }: { label: string; lines: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="vh">{label}</span>
      {Array.from({ length: lines }, () => (
        <i />
      ))}
    </div>
  );
}
