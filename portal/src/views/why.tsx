import type { Child } from "hono/jsx";
import { count } from "./number.ts";
import { type Reading, Time } from "./parts.tsx";

/** What stands behind a derived number or word. */
export type Reasons = {
  /** The question it answers: "Why Out of specification?" */
  title: string;
  /** The rule, in words. */
  rule: Child;
  /** What went into it, with links where one can look. */
  inputs?: readonly (readonly [Child, Child])[];
  /** Of what time it speaks: "Now", "Since Wed 17:40". */
  period?: Child;
  /** How many it was made from, and of what. */
  n?: readonly [number, string, string?];
  /** When it was computed; default: with this page. */
  at?: number;
};

/**
 * A number or word with a dotted underline that opens its reasons. Plain `details`: it works without script and by keys.
 * Not inside a paragraph, which could not hold it.
 */
export function Why(props: { reasons: Reasons; reading: Reading; children?: Child; left?: boolean }) {
  const { title, rule, inputs = [], period, n, at } = props.reasons;
  return (
    <details class={props.left ? "why why-left" : "why"}>
      <summary>
        {props.children}
        <span class="vh">, {title}</span>
      </summary>
      <div class="why-sheet">
        <b>{title}</b>
        <div class="why-rule">{rule}</div>
        {inputs.length ? (
          <dl class="kv">
            {inputs.map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
        ) : null}
        <div class="l2">
          {period ? <>{period} · </> : null}
          {n ? `from ${count(...n)} · ` : ""}
          computed <Time at={at ?? props.reading.now} reading={props.reading} />
        </div>
      </div>
    </details>
  );
}
