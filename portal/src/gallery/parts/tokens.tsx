import { readFileSync } from "node:fs";
import type { State } from "../groups.tsx";

/** The tokens as the style sheet has them: none can be forgotten here. */
const SOURCE = readFileSync(new URL("../../views/css/tokens.css", import.meta.url), "utf8");
const named = (pattern: RegExp) => [...new Set([...SOURCE.matchAll(pattern)].map((match) => match[1]!))];

const COLOURS = named(/^ {2}--([a-z0-9-]+): (?:light-dark\(#|#)/gm);
const SIZES = named(/^ {2}--(t-\d+):/gm);
const SPACES = named(/^ {2}--(sp-\d+|r\d):/gm);

export const tokenStates: readonly State[] = [
  [
    "Colours",
    <ul class="g-swatches">
      {COLOURS.map((name) => (
        <li>
          <svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true">
            <rect
              width="31"
              height="31"
              x=".5"
              y=".5"
              rx="4"
              fill={`var(--${name})`}
              stroke="var(--line-strong)"
            />
          </svg>
          <span class="m">{name}</span>
        </li>
      ))}
    </ul>,
  ],
  [
    "Type",
    <ul>
      {SIZES.map((name) => (
        <li class={`g-${name}`}>
          <span class="m">{name}</span> Discharge temperature 105.7 °C
        </li>
      ))}
    </ul>,
  ],
  [
    "Space and radius",
    <ul>
      {SPACES.map((name) => (
        <li class="m">{name}</li>
      ))}
    </ul>,
  ],
];
