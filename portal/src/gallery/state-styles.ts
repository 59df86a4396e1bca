import { assets } from "../views/assets.ts";

/**
 * A second style sheet for the gallery alone: the product's rules again, with the states that a page cannot hold still
 * (hover, focus) as classes, and on request with the rules for print on the screen.
 */
export function stateStyles(print: boolean): string {
  const { css, fileByName } = assets();
  const product = fileByName.get(css)?.body.toString() ?? "";
  const still = product
    // The fonts stand in the product's own sheet, beside their files.
    .replace(/@font-face\{[^}]*\}/g, "")
    .replaceAll(":hover", ".is-hover")
    .replaceAll(":focus-visible", ".is-focus");
  return (print ? still.replaceAll("@media print", "@media all") : still) + OWN;
}

const OWN = `
.g-page{max-width:1200px;margin:0 auto;padding:16px}
.g-group{margin:0 0 32px}
.g-state{display:grid;gap:8px;padding:16px;border-top:1px solid var(--line-2);min-width:0}
.g-state>h3{color:var(--ink-2)}
.g-nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 24px}
.g-nav a{min-height:24px}
td .g-show{display:inline-block;min-width:24px;padding:0;line-height:24px}
.g-swatches{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:8px}
.g-swatches>li{display:flex;gap:8px;align-items:center}
.g-scroll{max-height:480px;overflow:auto}
.toasts{position:static!important}
${[11, 12, 13, 14, 16, 20, 28].map((size) => `.g-t-${size}{font:var(--t-${size})}`).join("\n")}
`;
