import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAlarms } from "../read/alarms.ts";
import { type BrowserPlant, CHROMIUM, openBrowserPlant } from "./testing/browser-plant.ts";

const present = existsSync(CHROMIUM);
if (!present && !process.env.CI) process.stdout.write(`skipped: no Chromium at ${CHROMIUM}\n`);
/** A folder for pictures of each step, at both widths and in both themes; without it none are taken. */
const PICTURES = process.env.SCREENSHOT_DIR;
const HOUR = 3_600_000;

describe.skipIf(!present && !process.env.CI)("an engineer with an alarm, in a real browser", () => {
  let b: BrowserPlant;
  beforeAll(async () => {
    b = await openBrowserPlant((plant) => {
      const { compressor, dairy } = plant.machines;
      const now = Date.now();
      plant.raise({ assetId: compressor.id, deviceId: compressor.device, onset: now - HOUR / 2 });
      plant.raise({
        assetId: dairy.id,
        deviceId: dairy.device,
        onset: now - 3 * HOUR,
        alarmType: "p_dis:low",
        tag: "p_dis",
        level: "low",
        priority: 3,
        summary: "Discharge pressure low: 6.10 bar, limit 6.30",
      });
      plant.telemetry.wave = (_, time) => 104 + 3 * Math.sin(time / 900_000);
    });
  }, 60_000);
  afterAll(async () => {
    await b?.stop();
    expect(b?.complaints).toEqual([]);
  });

  const row = (name: RegExp) => b.page.getByRole("listitem").filter({ hasText: name });
  const stored = () => listAlarms(b.plant.deps.db, b.plant.people.engineer).items;
  async function picture(name: string): Promise<void> {
    if (!PICTURES) return;
    const { page } = b;
    for (const width of [1440, 390]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({
          path: join(PICTURES, `${name}-${width}-${colorScheme}.png`),
          fullPage: true,
        });
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: null });
  }

  test("opens the row where it stands: cause, next step and the chart; the address holds it", async () => {
    const { page, origin } = b;
    await page.goto(`${origin}/alarms`);
    const link = page.getByRole("link", { name: /^Discharge temperature high/ });
    expect(await link.getAttribute("aria-expanded")).toBe("false");
    await link.click();
    await page.locator(".opened mw-chart[data-drawn]").waitFor();
    const opened = row(/Discharge temperature high/);
    expect(await opened.textContent()).toContain("Dust on the cooler fins");
    expect(await opened.textContent()).toContain("Clean the cooler, replace the oil filter");
    expect(new URL(page.url()).searchParams.get("open")).toBeTruthy();
    await picture("alarm-opened");
    await page.reload();
    await page.locator(".opened mw-chart[data-drawn]").waitFor();
    await page.getByRole("link", { name: /^Discharge temperature high/ }).click();
    await page.locator(".opened").waitFor({ state: "detached" });
  });

  test("goes on to the machine behind it, reads its chart and its history", async () => {
    const { page } = b;
    await row(/Discharge temperature high/)
      .getByRole("link", { name: "Compressor 12" })
      .click();
    await page.locator("mw-chart[data-drawn]").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Compressor 12");
    await page.getByRole("region", { name: /Active alarm/ }).waitFor();
    await picture("asset-in-alarm");
    await page.getByRole("link", { name: "History", exact: true }).click();
    await page.getByText(/Alarm: Discharge temperature high/).waitFor();
  });

  test("acknowledges with the key a, and takes it back with z", async () => {
    const { page, origin } = b;
    await page.goto(`${origin}/alarms`);
    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await row(/Discharge temperature high/)
      .getByText("acknowledged by Field Engineer")
      .waitFor();
    await page.getByRole("status").getByText("Alarm acknowledged.", { exact: true }).waitFor();
    await picture("alarm-acknowledged");
    await page.keyboard.press("z");
    await row(/Discharge temperature high/)
      .getByText("not acknowledged", { exact: true })
      .waitFor();
    expect(stored().every((alarm) => alarm.acknowledgedAt === null)).toBe(true);
  });

  test("acknowledges several at once, and takes all of them back at once", async () => {
    const { page, origin } = b;
    await page.goto(`${origin}/alarms`);
    for (const box of await page.getByRole("checkbox", { name: /^Select:/ }).all()) await box.check();
    await page.getByText("2 alarms selected").waitFor();
    await picture("alarms-selected");
    await page.getByRole("button", { name: "Acknowledge selected" }).click();
    await page.getByRole("status").getByText("2 alarms acknowledged.", { exact: true }).waitFor();
    expect(stored().every((alarm) => alarm.acknowledgedAt !== null)).toBe(true);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await page.getByText("2 alarms wait for an acknowledgement again.", { exact: true }).waitFor();
    expect(stored().every((alarm) => alarm.acknowledgedAt === null)).toBe(true);
  });

  test("shelves with a reason in a dialog; it leaves the active ones, is counted, and comes back by hand", async () => {
    const { page, origin } = b;
    await page.goto(`${origin}/alarms`);
    await page.getByRole("link", { name: /^Shelve ?: Discharge pressure low/ }).click();
    const dialog = page.getByRole("dialog", { name: "Shelve alarm" });
    await dialog.waitFor();
    await picture("shelve-dialog");
    expect(await dialog.getByLabel("Date and time", { exact: true }).isVisible()).toBe(false);
    await dialog.getByRole("radio", { name: /A date and time/ }).check();
    expect(await dialog.getByLabel("Date and time", { exact: true }).isVisible()).toBe(true);
    await dialog.getByRole("radio", { name: /^1 hour/ }).check();
    await dialog.getByLabel("Why").fill("Sensor cable is being replaced");
    await dialog.getByRole("button", { name: "Shelve" }).click();
    await page
      .getByRole("status")
      .getByText(/^Shelved until/)
      .waitFor();
    expect(await row(/Discharge pressure low/).count()).toBe(0);
    await page.getByRole("link", { name: /^Shelved 1/ }).click();
    await page.getByText(/Shelved until .* by Field Engineer: Sensor cable is being replaced/).waitFor();
    await picture("alarms-shelved");
    await page.getByRole("button", { name: /^Unshelve/ }).click();
    await page.getByText("Nothing is shelved").waitFor();
    expect(stored().every((alarm) => alarm.shelf === null)).toBe(true);
  });
});

describe.skipIf(!present && !process.env.CI)("without script", () => {
  test("a row opens, an alarm is shelved at an error and again, and Undo is a plain button", async () => {
    const b = await openBrowserPlant((plant) => {
      const { compressor } = plant.machines;
      plant.raise({ assetId: compressor.id, deviceId: compressor.device });
    });
    try {
      const state = await b.page.context().storageState();
      const context = await b.browser.newContext({ javaScriptEnabled: false, storageState: state });
      const page = await context.newPage();
      await page.goto(`${b.origin}/alarms`);
      await page.getByRole("link", { name: /^Discharge temperature high/ }).click();
      await page.getByText("Dust on the cooler fins").waitFor();
      await page.getByRole("link", { name: /^Shelve ?:/ }).click();
      await page.getByRole("radio", { name: /A date and time/ }).check();
      await page.getByLabel("Date and time", { exact: true }).fill("2020-01-01T10:00");
      await page.getByLabel("Why").fill("Works on it");
      await page.getByRole("button", { name: "Shelve" }).click();
      await page.getByText("The time must lie ahead.").waitFor();
      expect(await page.getByLabel("Why").inputValue()).toBe("Works on it");
      await page.getByRole("radio", { name: /^Once/ }).check();
      await page.getByRole("button", { name: "Shelve" }).click();
      await page.getByText("Shelved until it clears.", { exact: true }).waitFor();
      await page.getByRole("button", { name: /^Undo/ }).click();
      await page.getByText("Not shelved any more: it calls again.", { exact: true }).waitFor();
      await context.close();
    } finally {
      await b.stop();
    }
  });
});
