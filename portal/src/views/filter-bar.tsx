import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";
import type { Option } from "./parts.tsx";

/** One way to narrow a list. `chosen` holds values of `options`; a value no longer offered still shows and can be taken away. */
export type Chip = {
  name: string;
  label: string;
  options: readonly (Option & { count?: number | undefined; sign?: Child })[];
  chosen: readonly string[];
  /** radio: one of them; select: one of many, in a drop-down list. */
  kind?: "boxes" | "radio" | "select";
  /** The list without this filter. */
  clear: string;
};

/**
 * Text and chips over a list. A plain form that asks for the page again; the browser script sends it at each change and
 * replaces what is marked `data-part` (browser/filter.ts).
 */
export function FilterBar(props: {
  action: string;
  text: { name: string; value: string; label: string } | null;
  chips: readonly Chip[];
  /** What the form must keep: the order of the list. */
  keep?: Record<string, string>;
  /** Set while anything narrows the list. */
  clearAll: string | null;
  aside?: Child;
}) {
  return (
    <form class="filt" id="filter" action={props.action} method="get" aria-label="Filter" data-filter="">
      {Object.entries(props.keep ?? {}).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {props.text ? (
        <div class="find">
          <Icon name="search" />
          <input
            type="search"
            name={props.text.name}
            value={props.text.value}
            placeholder={props.text.label}
            aria-label={props.text.label}
            autocomplete="off"
          />
        </div>
      ) : null}
      {props.chips.map((chip) => (
        <FilterChip chip={chip} />
      ))}
      <button class="btn" type="submit" data-script-hides="">
        Filter
      </button>
      <span data-part="clear-all">
        {props.clearAll ? (
          <a href={props.clearAll} data-in-place="">
            Clear all
          </a>
        ) : null}
      </span>
      {props.aside}
    </form>
  );
}

function FilterChip({ chip }: { chip: Chip }) {
  const kind = chip.kind ?? "boxes";
  return (
    <div class="chip">
      <details class="pop" name="chip">
        <summary class="btn" data-part={`chip-${chip.name}`}>
          <ChipLabel chip={chip} />
        </summary>
        <div>
          <fieldset class="choices">
            <legend class="vh">{chip.label}</legend>
            {kind === "select" ? (
              <select name={chip.name} aria-label={chip.label}>
                <option value="">Any</option>
                {chip.options.map((option) => (
                  <option value={option.value} selected={chip.chosen.includes(option.value)}>
                    {option.label}
                  </option>
                ))}
              </select>
            ) : (
              chip.options.map((option) => (
                <label class="choice">
                  <input
                    type={kind === "radio" ? "radio" : "checkbox"}
                    name={chip.name}
                    value={option.value}
                    checked={chip.chosen.includes(option.value)}
                  />
                  {option.sign ?? option.label}
                  {option.count === undefined ? null : <span class="right dim">{option.count}</span>}
                </label>
              ))
            )}
          </fieldset>
        </div>
      </details>
      <span data-part={`clear-${chip.name}`}>
        {chip.chosen.some(Boolean) ? (
          <a class="chip-x" href={chip.clear} data-in-place="" aria-label={`Any ${chip.label.toLowerCase()}`}>
            ×
          </a>
        ) : null}
      </span>
    </div>
  );
}

/** "Model KC-75", "State 3 chosen" */
function ChipLabel({ chip }: { chip: Chip }) {
  const labels = chip.chosen
    .filter(Boolean)
    .map((value) => chip.options.find((option) => option.value === value)?.label ?? "no longer there");
  const text = labels.length > 2 ? `${labels.length} chosen` : labels.join(", ");
  return (
    <>
      {chip.label}
      {text ? <b class="ell">{text}</b> : null}
      <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4.5 6.5L8 10l3.5-3.5" />
      </svg>
    </>
  );
}
