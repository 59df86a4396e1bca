import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thingsOf } from "../portal/src/gallery/fixtures.ts";
import { serveGallery } from "../portal/src/gallery/serve.ts";
import { openBrowser } from "./support/browser.ts";
import { available, CHROMIUM } from "./support/tools.ts";

/** PDF_DIR=folder keeps the sheets for looking at. */
const KEEP = process.env.PDF_DIR;

describe.skipIf(!available(CHROMIUM))("on paper", () => {
  let gallery: Awaited<ReturnType<typeof serveGallery>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    gallery = await serveGallery(0);
    // A dark screen must not become a dark sheet.
    browser = await openBrowser({ colorScheme: "dark" });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gallery?.stop();
  });

  it("machine, ticket and fleet are light sheets without navigation, on few pages", {
    timeout: 90_000,
  }, async () => {
    const page = await browser.context.newPage();
    await page.goto(`${gallery.url}/gallery/show/normal/engineer?theme=dark&to=/account`);
    const { assets, tickets } = thingsOf((await gallery.gallery.scene("normal")).plant);
    for (const [name, path, most] of [
      ["asset", `/assets/${assets}`, 5],
      ["ticket", `/tickets/${tickets}`, 4],
      ["fleet", "/fleet", 2],
    ] as const) {
      await page.goto(gallery.url + path);
      await page.emulateMedia({ media: "print" });
      const seen = await page.evaluate(() => ({
        text: getComputedStyle(document.body).color,
        shown: [...document.querySelectorAll<HTMLElement>("nav, button, .rail, .btn, .toasts")].filter(
          (element) => element.checkVisibility(),
        ).length,
        foot: document.querySelector<HTMLElement>(".print-foot")?.textContent ?? "",
      }));
      expect(seen.text, name).toBe("rgb(21, 25, 27)");
      expect(seen.shown, name).toBe(0);
      expect(seen.foot, name).toMatch(/printed .* by Field Engineer/);
      const pdf = await page.pdf({ preferCSSPageSize: true, format: "A4" });
      const sheets = pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0;
      expect(sheets, name).toBeGreaterThan(0);
      expect(sheets, name).toBeLessThanOrEqual(most);
      if (KEEP) {
        await mkdir(KEEP, { recursive: true });
        await writeFile(join(KEEP, `${name}.pdf`), pdf);
        await page.screenshot({ path: join(KEEP, `${name}-print.png`), fullPage: true });
      }
      await page.emulateMedia({ media: null });
    }
  });
});
