import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

/** axe-core as a script for the page; evaluated by the debugger, so that the page's own policy stays in force. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SETTLE_MS = 2000;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/**
 * What is wrong with the page that is open, one line each: axe in both themes at both widths, reflow at 320 px, one h1, landmarks and the skip link.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const faults: string[] = [];
  const look = async (width: number, theme: "light" | "dark", only?: string[]) => {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    await page.evaluate((to) => {
      document.documentElement.dataset.theme = to;
    }, theme);
    for (const fault of await axeFaults(page, only)) faults.push(`${width} ${theme}: ${fault}`);
  };
  // What a theme changes is colour, what a width changes is the rest: each is looked at in full once.
  await look(1440, "light");
  faults.push(...(await sideways(page)).map((what) => `1440: scrolls sideways, ${what}`));
  await look(1440, "dark", ["color-contrast", "link-in-text-block"]);
  await look(390, "dark");
  await look(390, "light", ["color-contrast", "link-in-text-block"]);
  await page.setViewportSize({ width: 320, height: 800 });
  faults.push(...(await sideways(page)).map((what) => `320: scrolls sideways, ${what}`));
  faults.push(...(await structure(page)));
  return faults;
}

async function axeFaults(page: Page, only: string[] | undefined): Promise<string[]> {
  const found = await page.evaluate(
    async ({ tags, rules }) => {
      const { violations } = await window.axe.run(document, {
        runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
        resultTypes: ["violations"],
      });
      return violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`),
        count: nodes.length,
      }));
    },
    { tags: TAGS, rules: only },
  );
  return found.map(({ id, nodes, count }) => `${id} (${count}) ${nodes.join(" | ").replace(/\s+/g, " ")}`);
}

/** The elements that reach past the right edge, when the page can be scrolled there. */
export async function sideways(page: Page): Promise<string[]> {
  // A chart draws itself anew at its new width a moment after the window has it.
  const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
  await page.waitForFunction(fits, undefined, { timeout: SETTLE_MS }).catch(() => undefined);
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    // What can be scrolled inside its own frame does not push the page.
    const framed = (element: Element): boolean => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const past = [...document.querySelectorAll("body *")].filter(
      (element) =>
        element.checkVisibility() && element.getBoundingClientRect().right > width + 1 && !framed(element),
    );
    return past
      .slice(0, 3)
      .map(
        (element) =>
          `${element.tagName.toLowerCase()}.${element.className} ${element.textContent?.slice(0, 40)}`,
      );
  });
}

async function structure(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const seen = (selector: string) =>
      [...document.querySelectorAll<HTMLElement>(selector)].filter((e) => e.offsetParent !== null);
    const headings = seen("h1");
    if (headings.length !== 1) faults.push(`${headings.length} h1`);
    if (seen("main").length !== 1) faults.push(`${seen("main").length} main`);
    if (
      document
        .querySelector("[style]:not(html):not(canvas):not([class^=u-])")
        ?.closest("mw-chart, mw-map") === null
    )
      faults.push("an element with a style attribute");
    const first = document.querySelector<HTMLAnchorElement>("a, button, input, select, summary");
    if (!first?.matches(".skip") || !document.querySelector(first.hash)) faults.push("no skip link first");
    if (!document.documentElement.lang) faults.push("no language");
    if (!document.title.trim()) faults.push("no title");
    return faults;
  });
}

/** Goes through the page by Tab: each stop must be seen, not behind something, and marked by an outline of 2 px. */
export async function focusFaults(page: Page, stops: number): Promise<string[]> {
  const faults = new Set<string>();
  for (let i = 0; i < stops; i++) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate(() => {
      const at = document.activeElement;
      if (!(at instanceof HTMLElement) || at === document.body) return null;
      const name = `${at.tagName.toLowerCase()}.${at.className} "${(at.textContent ?? "").trim().slice(0, 30)}"`;
      const styles = [at, at.closest<HTMLElement>(".find, label")].filter((e) => e !== null);
      const marked = styles.some((e) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(e);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      });
      if (!marked) return `${name}: focus not visible`;
      const box = at.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + Math.min(box.width / 2, 8), box.y + box.height / 2);
      const free =
        top !== null && (at.contains(top) || top.contains(at) || at.closest("label")?.contains(top));
      return free ? null : `${name}: focused behind ${top?.tagName.toLowerCase() ?? "the edge"}`;
    });
    if (fault) faults.add(fault);
  }
  return [...faults];
}
