import { expect, it } from "vitest";
import { openBrowser, signIn } from "./browser.ts";
import type { Demo } from "./demo.ts";

/** What `pnpm start` gives to the people it is for, in a real browser: the engineer, the customer, and their phone. */
export function browserRules(running: () => Demo): void {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const complaints: string[] = [];

  const visit = async (who: RegExp, width = 1440) => {
    browser = await openBrowser({ width, height: width < 500 ? 844 : 900 });
    const page = await browser.context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    const person = running().signIn(who);
    await signIn(page, running().url, person.email, person.password);
    return page;
  };

  it("the engineer finds the simulated bearing fault's ticket, from home to its evidence", {
    timeout: 90_000,
  }, async () => {
    const page = await visit(/^engineer$/);
    try {
      await page
        .getByRole("link", { name: /Tickets/ })
        .first()
        .click();
      await page
        .getByRole("link", { name: /Transfer pump 3.*bearing/i })
        .first()
        .click();
      await page.getByRole("heading", { level: 1, name: /Transfer pump 3.*bearing/i }).waitFor();
      expect(await page.locator("body").textContent()).toContain("Lindenwasser Verband");
      await page.locator("canvas").first().waitFor();
    } finally {
      await browser.close();
    }
  });

  it("a customer sees its own machines and tickets, and another's address is not there", {
    timeout: 90_000,
  }, async () => {
    const page = await visit(/lindenwasser/i);
    try {
      const home = await page.locator("body").textContent();
      expect(home).toContain("Elbufer waterworks");
      expect(home).not.toMatch(/Fjordmark|Solvane|Aarhus|Chakan/);
      await page.goto(`${running().url}/fleet`);
      expect(await page.locator("body").textContent()).not.toMatch(/Fjordmark|Solvane|SC160|GT5/);
      await page.goto(`${running().url}/tickets`);
      expect(await page.locator("body").textContent()).toMatch(/Transfer pump 3/);
      await page
        .getByRole("link", { name: /Transfer pump 3/ })
        .first()
        .click();
      await page.getByRole("heading", { level: 1, name: /Transfer pump 3/ }).waitFor();
      const ticket = page.url();
      await browser.close();

      const other = await visit(/fjordmark/i);
      expect((await other.goto(ticket))?.status()).toBe(404);
      // The browser itself reports the 404 that was asked for.
      complaints.splice(0, complaints.length, ...complaints.filter((line) => !line.includes("404")));
    } finally {
      await browser.close();
    }
  });

  it("a live value changes on the page without reload", { timeout: 90_000 }, async () => {
    const page = await visit(/lindenwasser/i);
    try {
      await page.goto(`${running().url}/fleet`);
      await page
        .getByRole("link", { name: /Transfer pump 3/ })
        .first()
        .click();
      await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }));
      const row = page.getByRole("row", { name: /discharge flow/i });
      const before = (await row.textContent()) ?? "";
      await expect.poll(() => row.textContent(), { timeout: 60_000, interval: 250 }).not.toBe(before);
      const figure = /\d+\.\d/;
      await expect
        .poll(async () => (await row.textContent())?.match(figure)?.[0], { timeout: 60_000 })
        .not.toBe(before.match(figure)?.[0]);
      expect(await page.evaluate(() => "stillTheSamePage" in window)).toBe(true);
    } finally {
      await browser.close();
    }
  });

  it("nothing scrolls sideways on a phone, and no page complains", { timeout: 120_000 }, async () => {
    const page = await visit(/^engineer$/, 390);
    try {
      for (const path of [
        "/",
        "/fleet",
        "/alarms",
        "/tickets",
        "/customers",
        "/devices",
        "/rejected-messages",
        "/models",
        "/users",
      ]) {
        const response = await page.goto(running().url + path);
        expect(response?.status(), path).toBeLessThan(404);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(
          390,
        );
      }
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
}
