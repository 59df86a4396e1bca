import type { Child } from "hono/jsx";

/** `quiet`: for screen readers only. `class` as in CSS: num = right-aligned, r2nd … */
type Column = string | { label: string; quiet?: boolean; class?: string };

/** Rows under each other on a small screen: each `td` says its column in `data-l`. Children are the rows. */
export function Table(props: {
  caption: string;
  columns: readonly Column[];
  sticky?: boolean;
  children?: Child;
}) {
  return (
    <table class={props.sticky ? "stack sticky" : "stack"}>
      <caption class="vh">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map((column) => {
            const { label, quiet, class: cls } = typeof column === "string" ? { label: column } : column;
            return (
              <th scope="col" class={cls}>
                {quiet ? <span class="vh">{label}</span> : label}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}

/** A value that may be missing, by the word for that. */
export const orDim = (value: Child | null | undefined, word = "–"): Child =>
  value === null || value === undefined || value === "" ? <span class="dim">{word}</span> : value;

/** Two presses for what cannot be taken back, with its effect beside the second button. */
export function Twice(props: { verb: string; of: string; action: string; effect: string; sure: string }) {
  return (
    <details class="twice">
      <summary class="btn s">
        {props.verb}
        <span class="vh"> {props.of}</span>
      </summary>
      <form method="post" action={props.action}>
        <span class="sm mut">{props.effect}</span>{" "}
        <button class="btn s" type="submit">
          {props.sure}
        </button>
      </form>
    </details>
  );
}

/** Title of a page: where it stands, what it is, what can be done. */
export function PageHead(props: {
  title: string;
  crumb?: { label: string; href: string };
  lead?: Child;
  acts?: Child;
}) {
  return (
    <div class="top">
      <div class="lead">
        {props.crumb ? (
          <nav class="crumb" aria-label="Where you are">
            <a href={props.crumb.href}>{props.crumb.label}</a>
          </nav>
        ) : null}
        <h1>{props.title}</h1>
        {props.lead ? <p>{props.lead}</p> : null}
      </div>
      {props.acts ? <div class="acts">{props.acts}</div> : null}
    </div>
  );
}
