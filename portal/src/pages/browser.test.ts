import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPlant, CHROMIUM, openBrowserPlant } from "./testing/browser-plant.ts";
import type { Plant } from "./testing/plant.ts";

const present = existsSync(CHROMIUM);
if (!present && !process.env.CI) process.stdout.write(`skipped: no Chromium at ${CHROMIUM}\n`);

describe.skipIf(!present && !process.env.CI)(
  "in a real browser, under the real content security policy",
  () => {
    let opened: BrowserPlant;
    let plant: Plant;
    let page: Page;
    let origin: string;

    beforeAll(async () => {
      opened = await openBrowserPlant((before) => {
        const { compressor } = before.machines;
        before.raise({ assetId: compressor.id, deviceId: compressor.device, onset: Date.now() - 3_600_000 });
        before.telemetry.wave = (tag, time) => (tag === "i_mot" ? 110 : 84 + Math.sin(time / 600_000));
      });
      ({ plant, page, origin } = opened);
      await page.goto(`${origin}/assets/${plant.machines.compressor.id}`);
    });
    afterAll(async () => {
      await opened?.stop();
      expect(opened?.complaints).toEqual([]);
    });

    test("the chart is drawn from the API's buckets", async () => {
      await page.locator("mw-chart[data-drawn]").waitFor();
      expect(await page.locator("mw-chart canvas").count()).toBe(3);
      expect(await page.locator('[data-pane="i_mot"] [data-part="value"]').textContent()).toBe("110\u00a0A");
    });

    test("a value changes on the page without a reload, in the table and in the chart", async () => {
      const { compressor } = plant.machines;
      await page.evaluate(() => {
        document.body.dataset.sameDocument = "yes";
      });
      const send = () =>
        plant.telemetry.push({
          at: Date.now(),
          values: [
            {
              device: compressor.device,
              tag: "t_dis",
              value: 106.4,
              time: Date.now(),
              quality: "good",
              note: null,
              listed: true,
            },
          ],
          presence: [],
        });
      const timer = setInterval(send, 100);
      try {
        await page.getByRole("row", { name: /Discharge temperature.*106\.4.*Above high/ }).waitFor();
        await page.locator('[data-pane="t_dis"] [data-part="value"]', { hasText: "106.4" }).waitFor();
      } finally {
        clearInterval(timer);
      }
      expect(await page.evaluate(() => document.body.dataset.sameDocument)).toBe("yes");
    });

    test("acknowledging changes the page in place, and a new alarm appears by itself", async () => {
      const { compressor } = plant.machines;
      await page.getByRole("button", { name: /^Acknowledge/ }).click();
      await page.getByText("acknowledged by Field Engineer").first().waitFor();
      expect(await page.evaluate(() => document.body.dataset.sameDocument)).toBe("yes");
      plant.raise({
        assetId: compressor.id,
        deviceId: compressor.device,
        alarmType: "vib:residual",
        tag: "vib",
        detector: "residual",
        level: null,
        priority: 3,
        summary: "Vibration moves away from its baseline",
      });
      plant.tellChange(compressor.id);
      await page.getByText("Vibration moves away from its baseline").first().waitFor();
    });

    test("the cursor follows the keyboard and its time is shown", async () => {
      await page.locator('mw-chart [data-part="stage"]').focus();
      await page.keyboard.press("ArrowLeft");
      await page.locator(".curt").waitFor();
      expect(await page.locator('mw-chart [data-part="spoken"]').textContent()).toContain(
        "Motor current 110",
      );
    });

    test("the fleet's ages and states follow without a reload", async () => {
      const { calm } = plant.machines;
      await page.goto(`${origin}/fleet`);
      const row = page.getByRole("row", { name: /Compressor 4/ });
      const push = (connected: boolean) =>
        plant.telemetry.push({
          at: Date.now(),
          values: [
            {
              device: calm.device,
              tag: "i_mot",
              value: connected ? 116 : 3,
              time: Date.now(),
              quality: "good",
              note: null,
              listed: true,
            },
          ],
          presence: [{ device: calm.device, connected }],
        });
      const known = plant.telemetry.values.find((v) => v.device === calm.device && v.tag === "i_mot")!;
      const timer = setInterval(() => push(true), 100);
      try {
        await row.locator("td.seen:not(.off)", { hasText: "now" }).waitFor();
      } finally {
        clearInterval(timer);
      }
      expect(await row.textContent()).toContain("Normal");
      known.value = 3;
      push(false);
      await row.locator("td.seen.off").waitFor();
      await row.getByText("Stopped").waitFor();
    });

    test.each([1440, 390, 320])("no page scrolls sideways at %d px", async (width) => {
      await page.setViewportSize({ width, height: 800 });
      for (const path of [
        "/",
        "/fleet",
        `/assets/${plant.machines.long.id}`,
        "/alarms",
        "/tickets",
        "/devices",
        "/rejected-messages",
        "/users",
        "/account",
        "/audit",
        "/models/new",
        `/devices/${plant.machines.long.device}`,
      ]) {
        await page.goto(origin + path);
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(over, path).toBeLessThanOrEqual(0);
      }
    });
  },
);
