import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thingsOf } from "../portal/src/gallery/fixtures.ts";
import { GROUPS } from "../portal/src/gallery/groups.tsx";
import type { SceneName, Who } from "../portal/src/gallery/scenes.ts";
import { serveGallery } from "../portal/src/gallery/serve.ts";
import { faultsOf, focusFaults, sideways } from "./support/accessibility.ts";
import { openBrowser } from "./support/browser.ts";

import { pagesOf } from "./support/gallery-pages.ts";
import { available, CHROMIUM } from "./support/tools.ts";

/** Enough to pass the navigation and reach into the page. */
const TAB_STOPS = 25;
const MAIN = ["/", "/fleet", "/alarms", "/tickets"];

/** Every page of the product and of the gallery, in both themes, at 1440 and 390 px, by axe-core and by our own rules. */
describe.skipIf(!available(CHROMIUM))("every page is for everybody", () => {
  let gallery: Awaited<ReturnType<typeof serveGallery>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;

  beforeAll(async () => {
    gallery = await serveGallery(0);
    browser = await openBrowser();
    page = await browser.context.newPage();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gallery?.stop();
  });

  const enter = (scene: SceneName, who: Who) =>
    page.goto(`${gallery.url}/gallery/show/${scene}/${who}?to=/account`);

  /** Faults by address, so that one run tells of everything. */
  const inspect = async (paths: readonly string[], { focus = false } = {}) => {
    const wrong: Record<string, string[]> = {};
    for (const path of paths) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(gallery.url + path);
      const faults = focus ? await focusFaults(page, TAB_STOPS) : [];
      faults.push(...(await faultsOf(page)));
      if (faults.length) wrong[path] = faults;
    }
    return wrong;
  };
  const things = async (scene: SceneName) => thingsOf((await gallery.gallery.scene(scene)).plant);

  it.each(["administrator", "owner", "viewer"] as const)(
    "of the %s, each page that is theirs",
    {
      timeout: 600_000,
    },
    async (who) => {
      await enter("normal", who);
      const paths = pagesOf(who, await things("normal"));
      expect(paths.length).toBeGreaterThan(8);
      expect(await inspect([...paths, "/nothing-here"], { focus: who === "administrator" })).toEqual({});
    },
  );

  it("of the engineer, and of somebody who is not signed in", { timeout: 300_000 }, async () => {
    await enter("normal", "engineer");
    const { assets, tickets } = await things("normal");
    expect(await inspect([...MAIN, `/assets/${assets}`, `/tickets/${tickets}`, "/users"])).toEqual({});
    await browser.context.clearCookies();
    expect(await inspect(["/sign-in"], { focus: true })).toEqual({});
  });

  it.each(["empty", "extreme", "down", "stale"] as const)(
    "of an installation that is %s",
    {
      timeout: 600_000,
    },
    async (scene) => {
      for (const who of ["engineer", "owner"] as const) {
        await enter(scene, who);
        const { assets, tickets } = await things(scene);
        const one = scene === "empty" ? [] : [`/assets/${assets}`, `/tickets/${tickets}`];
        expect(await inspect([...MAIN, ...one])).toEqual({});
      }
    },
  );

  it("with text of twice the size nothing is cut off or scrolls sideways", { timeout: 300_000 }, async () => {
    const large = await openBrowser({ fontSize: 32 });
    try {
      const sheet = await large.context.newPage();
      for (const scene of ["normal", "extreme"] as const) {
        await sheet.goto(`${gallery.url}/gallery/show/${scene}/engineer?to=/account`);
        const { assets, tickets } = await things(scene);
        for (const path of [...MAIN, `/assets/${assets}`, `/tickets/${tickets}`, "/devices/new"]) {
          await sheet.goto(gallery.url + path);
          expect(await sideways(sheet), `${scene} ${path}`).toEqual([]);
        }
      }
    } finally {
      await large.close();
    }
  });

  it("what cannot be taken back is asked; the safe way out has the focus, and Escape leads back", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await enter("normal", "administrator");
    await page.goto(`${gallery.url}/keys`);
    const revoke = page.locator(".twice > summary").first();
    await revoke.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: /^Revoke Building control\?$/ });
    await dialog.waitFor();
    expect(
      await dialog.getByRole("button", { name: "Keep it" }).evaluate((e) => e === document.activeElement),
    ).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await revoke.evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await page.getByText("Building control").count()).toBeGreaterThan(0);
  });

  it("of the gallery's parts", { timeout: 300_000 }, async () => {
    // 10,000 rows are for the eye; axe would walk them for minutes.
    const groups = GROUPS.filter(({ id }) => id !== "tables").map(({ id }) => `/gallery/parts/${id}`);
    expect(await inspect(["/gallery", ...groups])).toEqual({});
  });
});
