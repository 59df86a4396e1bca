import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thingsOf } from "../portal/src/gallery/fixtures.ts";
import { serveGallery } from "../portal/src/gallery/serve.ts";
import { PASSWORD } from "../portal/src/pages/testing/plant.ts";
import { openBrowser, signIn } from "./support/browser.ts";
import { pagesOf } from "./support/gallery-pages.ts";
import { available, CHROMIUM } from "./support/tools.ts";

/** Every page reads and every form works where no script runs: a locked-down control room, a broken download. */
describe.skipIf(!available(CHROMIUM))("without script", () => {
  let gallery: Awaited<ReturnType<typeof serveGallery>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;

  beforeAll(async () => {
    gallery = await serveGallery(0);
    browser = await openBrowser({ javaScriptEnabled: false });
    page = await browser.context.newPage();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gallery?.stop();
  });

  const things = async () => thingsOf((await gallery.gallery.scene("normal")).plant);

  it("signs in by the form and lands where it was asked to", async () => {
    await page.goto(`${gallery.url}/gallery/show/normal/nobody?to=/sign-in`);
    await signIn(page, gallery.url, "field.engineer@example.com", PASSWORD);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  });

  it("each page of the administrator has its heading, its navigation and its content", {
    timeout: 120_000,
  }, async () => {
    await page.goto(`${gallery.url}/gallery/show/normal/administrator?to=/account`);
    for (const path of pagesOf("administrator", await things())) {
      const answer = await page.goto(gallery.url + path);
      expect(answer?.status(), path).toBe(200);
      expect(await page.getByRole("heading", { level: 1 }).isVisible(), path).toBe(true);
      expect(await page.getByRole("navigation", { name: "Main", exact: true }).isVisible(), path).toBe(true);
      const text = ((await page.locator("main").textContent()) ?? "").trim();
      expect(text.length, path).toBeGreaterThan(30);
      expect(text, path).not.toMatch(/Loading|is being read/);
    }
  });

  it("the numbers of a chart are a table", async () => {
    const { assets } = await things();
    await page.goto(`${gallery.url}/assets/${assets}`);
    await page.getByRole("link", { name: "Table", exact: true }).first().click();
    const rows = page.getByRole("table").filter({ hasText: "84" }).getByRole("row");
    expect(await rows.count()).toBeGreaterThan(10);
  });

  it("an alarm is acknowledged, told of in a strip, and taken back by its plain Undo", async () => {
    await page.goto(`${gallery.url}/alarms`);
    const open = page.getByRole("button", { name: /^Acknowledge/ });
    const before = await open.count();
    await open.first().click();
    const strip = page.getByRole("status").filter({ hasText: /acknowledged/i });
    await strip.getByRole("button", { name: /^Undo/ }).click();
    expect(await page.getByRole("button", { name: /^Acknowledge/ }).count()).toBe(before);
  });

  it("a form that is refused keeps what was typed and ties the error to its field", async () => {
    await page.goto(`${gallery.url}/customers/new`);
    const name = page.getByLabel(/name/i).first();
    await name.fill(" ");
    await page.getByRole("main").getByRole("button").first().click();
    const field = page.locator("main [aria-invalid=true]").first();
    const described = (await field.getAttribute("aria-describedby")) ?? "";
    expect(described).toMatch(/-error/);
    expect(await page.locator(`#${described.split(" ").at(-1)}`).isVisible()).toBe(true);
    expect(await field.inputValue()).toBe(" ");
  });

  it("the theme is chosen by a button", async () => {
    await page.goto(`${gallery.url}/`);
    await page.getByRole("button", { name: "Dark", exact: true }).first().click();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.getByRole("button", { name: "System", exact: true }).first().click();
    expect(await page.locator("html").getAttribute("data-theme")).toBe(null);
  });
});
