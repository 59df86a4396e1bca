import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addAnnotation } from "../service-desk/annotations.ts";
import { type BrowserPlant, CHROMIUM, openBrowserPlant } from "./testing/browser-plant.ts";

const present = existsSync(CHROMIUM);
if (!present && !process.env.CI) process.stdout.write(`skipped: no Chromium at ${CHROMIUM}\n`);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** One sample of 90 days; the fake reader keeps minimum and maximum as the store does. */
const SPIKE_AGO = 46 * DAY;

describe.skipIf(!present && !process.env.CI)("a machine's chart in a real browser", () => {
  let at: BrowserPlant;
  let page: Page;
  let machine: string;
  let spikeAt: number;

  beforeAll(async () => {
    at = await openBrowserPlant();
    const { plant } = at;
    page = at.page;
    machine = plant.machines.compressor.id;
    spikeAt = Date.now() - SPIKE_AGO;
    plant.telemetry.wave = (tag, time) => (tag === "i_mot" ? 110 : 84 + (time % DAY) / DAY);
    const smooth = plant.telemetry.range;
    plant.telemetry.range = async (query) => {
      const width = (query.to - query.from) / query.buckets;
      const series = await smooth(query);
      for (const { tag, points } of series) {
        for (const point of points) {
          if (tag === "t_dis" && point.time <= spikeAt && spikeAt < point.time + width) point.max = 103;
        }
      }
      return series;
    };
    const note = { text: "Cooler cleaned", from: Date.now() - 5 * HOUR };
    addAnnotation(plant.deps.db, plant.people.engineer, machine, note, Date.now());
  }, 60_000);
  afterAll(async () => {
    await at?.stop();
    expect(at?.complaints).toEqual([]);
  });

  const open = async (query = "") => {
    await page.goto(`${at.origin}/assets/${machine}?tags=t_dis,i_mot${query}`);
    await page.locator("mw-chart[data-drawn]").waitFor();
  };
  const shownMs = () => {
    const { searchParams } = new URL(page.url());
    return Number(searchParams.get("to")) - Number(searchParams.get("from"));
  };
  const plot = async () => (await page.locator(".u-over").first().boundingBox())!;
  beforeEach(() => open());

  test("zooms by key, wheel and drag, and a reload shows the same", async () => {
    const stage = page.locator('[data-part="stage"]');
    await stage.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("+");
    await page.waitForURL(/from=\d+/);
    expect(shownMs()).toBe(DAY / 2);
    const box = await plot();
    await page.mouse.move(box.x + 100, box.y + 40);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -400);
    await page.keyboard.up("Control");
    await expect.poll(shownMs).toBeLessThan(DAY / 3);
    const before = shownMs();
    await page.mouse.move(box.x + 50, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 50 + box.width / 4, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => shownMs() / before).toBeCloseTo(0.25, 1);
    const title = await page.locator("[data-chart-title]").textContent();
    expect(await page.locator('[data-act="back"]').isVisible()).toBe(true);
    const address = page.url();
    await page.reload();
    await page.locator("mw-chart[data-drawn]").waitFor();
    expect(page.url()).toBe(address);
    expect(await page.locator("mw-chart").getAttribute("data-to")).toBe(
      new URL(address).searchParams.get("to"),
    );
    expect(title).toContain(" to ");
  });

  test("each gesture has a button: earlier, out, and back to what is live", async () => {
    await page.getByRole("link", { name: "Earlier" }).click();
    await page.waitForURL(/from=\d+/);
    const to = Number(new URL(page.url()).searchParams.get("to"));
    expect(Date.now() - to).toBeGreaterThan(DAY / 2 - 60_000);
    await page.getByRole("link", { name: "Earlier" }).click();
    await expect.poll(() => Number(new URL(page.url()).searchParams.get("to"))).toBeLessThan(to);
    await page.getByRole("link", { name: "Zoom out" }).click();
    await expect.poll(shownMs).toBe(2 * DAY);
    await page.getByRole("link", { name: "Back to live" }).click();
    await page.waitForURL(/range=2880m/);
    expect(await page.locator('[data-act="back"]').isVisible()).toBe(false);
  });

  test("two pins show the difference, in value and in time", async () => {
    const box = await plot();
    await page.mouse.click(box.x + box.width * 0.25, box.y + 40);
    await page.mouse.click(box.x + box.width * 0.75, box.y + 40);
    const readout = page.locator('[data-line="i_mot"] [data-part="pin"]');
    await expect.poll(() => readout.textContent()).toBe("A to B 0\u00a0A");
    expect(await page.locator('[data-part="between"]').textContent()).toMatch(/^1[12] h.* from A to B$/);
    await page.locator('[data-part="stage"]').focus();
    await page.keyboard.press("Escape");
    await expect.poll(() => readout.textContent()).toBe("");
  });

  test.each([1 / 24, 1, 7, 30, 90])("a spike of one sample is seen in %d days", async (days) => {
    await open(`&from=${spikeAt - (days * DAY) / 2}&to=${spikeAt + (days * DAY) / 2}`);
    // The line lies low in its pane; above it only the band reaches up, and only where the spike is.
    const inkAbove = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("mw-chart canvas")!;
      const over = document.querySelector<HTMLElement>("mw-chart .u-over")!;
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const pen = copy.getContext("2d", { willReadFrequently: true })!;
      pen.drawImage(canvas, 0, 0);
      const scale = canvas.width / canvas.clientWidth;
      const around = (share: number) => {
        const left = (over.offsetLeft + over.offsetWidth * share - 12) * scale;
        const { data } = pen.getImageData(left, 0, 24 * scale, canvas.height * 0.7);
        let inked = 0;
        // Of the data's colour, faint or not: more blue than red, which paper, grid and limits are not.
        for (let i = 0; i < data.length; i += 4)
          if (data[i + 3]! > 0 && data[i + 2]! > data[i]! + 12) inked++;
        return inked;
      };
      return { spike: around(0.5), plain: around(0.25) };
    });
    expect(inkAbove.plain).toBe(0);
    expect(inkAbove.spike).toBeGreaterThan(40);
  });

  test("the picture is a PNG that is not blank, the file holds the shown buckets", async () => {
    const [picture] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "PNG" }).click(),
    ]);
    expect(picture.suggestedFilename()).toBe("Compressor-12.png");
    const png = await readFile(await picture.path());
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
    expect(png.byteLength).toBeGreaterThan(15_000);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).click(),
    ]);
    const rows = (await readFile(await file.path(), "utf8"))
      .split("\r\n")
      .filter((row) => /^\d{4}-/.test(row));
    const from = Number(await page.locator("mw-chart").getAttribute("data-from"));
    expect(rows.length).toBeGreaterThan(200);
    expect(Math.abs(Date.parse(rows[0]!.split(",")[0]!) - from)).toBeLessThan(10 * 60_000);
    expect(rows[0]).toContain(",110,108.9,111.1,110,");
  });

  test("a note is a mark on the axis; another one is written, undone and gone", async () => {
    await page.getByRole("link", { name: /^Note: Cooler cleaned/ }).waitFor();
    const notes = page.getByRole("list", { name: "Notes in this time" });
    await page.getByText("Add a note", { exact: true }).click();
    await page.getByRole("textbox", { name: "Note" }).fill("Belt changed");
    await page.getByRole("button", { name: "Save the note" }).click();
    await notes.locator("p.desc", { hasText: "Belt changed" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => notes.locator("p.desc", { hasText: "Belt changed" }).count()).toBe(0);
  });

  test("the plot's name is one sentence: what, least, most, trend, limits", async () => {
    expect(await page.locator('[data-part="stage"]').getAttribute("aria-label")).toMatch(
      /Discharge temperature: 83\.\d to 85\.\d °C, \w+, within its limits\. Motor current: 109 to 111 A, steady/,
    );
  });
});
