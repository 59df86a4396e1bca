import mqtt from "mqtt";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, signIn } from "./support/browser.ts";
import { TEST_RIG } from "./support/models.ts";
import { picture } from "./support/pictures.ts";
import { addMachine, install, type Machine, ticketsOf } from "./support/plant.ts";
import { type Product, startProduct } from "./support/product.ts";
import { available, CHROMIUM } from "./support/tools.ts";
import { until } from "./support/wait.ts";

const TELEMETRY = "v1/devices/me/telemetry";
const MINUTE = 60_000;
const PASSWORD = "correct horse battery staple";
const MACHINES = 8;

/** What people come for, from the first click to the last, in a real browser on the whole product. */
describe.skipIf(!available(CHROMIUM))("journeys", () => {
  let product: Product;
  let machines: Machine[];
  let page: Page;
  let close: () => Promise<void> = () => Promise.resolve();
  const complaints: string[] = [];

  beforeAll(async () => {
    product = await startProduct();
    const { admin } = product;
    const first = await install(admin, { customer: "Northwind Water", model: TEST_RIG, asset: "Booster 1" });
    machines = [first];
    for (let i = 2; i <= MACHINES; i++)
      machines.push(await addMachine(admin, { ...first, name: `Booster ${i}` }));
    await Promise.all(machines.map((machine, i) => anHourOf(machine, i === 0 ? 8.6 : 6 + i / 10)));
    const person = (email: string, role: string, customerId?: string) =>
      admin.post("/users", { name: email.split("@")[0], email, role, customerId, password: PASSWORD });
    await person("engineer@maker.example", "engineer");
    await person("boss@maker.example", "administrator");
    await person("owner@northwind.example", "owner", first.customerId);
    await person("viewer@northwind.example", "viewer", first.customerId);
    await product.settled();
    await until("the ticket", async () => (await ticketsOf(admin, first.assetId)).length > 0);
  }, 120_000);
  afterAll(async () => {
    await close();
    await product?.stop();
  }, 60_000);

  /** One reading a minute; the last ones rise to `last`, in bar. */
  async function anHourOf({ token }: Machine, last: number): Promise<void> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${product.mqttPort}`, { username: token });
    const now = Date.now();
    const readings = Array.from({ length: 60 }, (_, i) => ({
      ts: now - (60 - i) * MINUTE,
      values: { pressure: i < 55 ? 6 + Math.sin(i / 5) / 4 : last, flow: 40 + (i % 7) },
    }));
    await client.publishAsync(TELEMETRY, JSON.stringify(readings), { qos: 1 });
    await client.endAsync();
  }

  async function as(email: string): Promise<void> {
    await close();
    const browser = await openBrowser();
    close = browser.close;
    page = await browser.context.newPage();
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !/\b40[34]\b/.test(message.text()))
        complaints.push(`${page.url()}: ${message.text()}`);
    });
    await signIn(page, product.url, email, PASSWORD);
  }

  const heading = (name: RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();

  it("an engineer goes from the alarm to its machine and chart, acknowledges and shelves it", {
    timeout: 90_000,
  }, async () => {
    await as("engineer@maker.example");
    await picture(page, "1-engineer-home");
    await page
      .getByRole("link", { name: /^Alarms/ })
      .first()
      .click();
    await picture(page, "1-alarms");
    await page.getByRole("link", { name: "Booster 1", exact: true }).first().click();
    await heading(/^Booster 1$/);
    await page.locator("mw-chart[data-drawn]").first().waitFor();
    await picture(page, "1-asset");
    await page.goto(`${product.url}/alarms`);
    await page
      .getByRole("button", { name: /^Acknowledge/ })
      .first()
      .click();
    await page.getByRole("status").getByText("Alarm acknowledged.", { exact: true }).waitFor();
    await picture(page, "1-acknowledged");
    await page
      .getByRole("link", { name: /^Shelve ?: / })
      .first()
      .click();
    const form = page.getByRole("dialog", { name: "Shelve alarm" });
    await form.getByRole("radio", { name: /^1 hour/ }).check();
    await form.getByLabel("Why").fill("The relief valve is being set");
    await form.getByRole("button", { name: "Shelve" }).click();
    await page
      .getByRole("status")
      .getByText(/^Shelved until/)
      .waitFor();
    await picture(page, "1-shelved");
  });

  it("an engineer compares eight machines on one chart, and sends the address to a colleague", {
    timeout: 90_000,
  }, async () => {
    await as("engineer@maker.example");
    await page.goto(`${product.url}/fleet`);
    for (let i = 1; i <= MACHINES; i++)
      await page.getByRole("checkbox", { name: new RegExp(`Booster ${i}\\b`) }).check();
    await picture(page, "2-selected");
    await page
      .getByRole("link", { name: /^Compare/ })
      .or(page.getByRole("button", { name: /^Compare/ }))
      .first()
      .click();
    await page.waitForURL(/\/compare\?/);
    for (let i = 1; i <= MACHINES; i++) await page.getByText(`Booster ${i}`).first().waitFor();
    await page.locator("mw-compare svg").first().waitFor();
    await picture(page, "2-compare");
    const address = page.url();
    await as("boss@maker.example");
    await page.goto(address);
    await page.getByText(`Booster ${MACHINES}`).first().waitFor();
  });

  it("a customer finds its ticket and writes to the maker, who reads it", { timeout: 90_000 }, async () => {
    await as("owner@northwind.example");
    await picture(page, "3-customer-home");
    await page
      .getByRole("link", { name: /^Tickets/ })
      .first()
      .click();
    await page
      .getByRole("link", { name: /^Pressure, high/ })
      .first()
      .click();
    await heading(/Pressure, high/);
    await picture(page, "3-ticket");
    await page.getByLabel(/^Reply/).fill("We have closed the bypass since this morning.");
    await page.getByRole("button", { name: /^Send/ }).click();
    await page.getByText("We have closed the bypass since this morning.").waitFor();
    await picture(page, "3-commented");
    const address = page.url();
    await as("engineer@maker.example");
    await page.goto(address.split("#")[0]!);
    await page.getByText("We have closed the bypass since this morning.").waitFor();
  });

  it("an administrator brings a new customer, site, model, machine and device to its first reading", {
    timeout: 120_000,
  }, async () => {
    await as("boss@maker.example");
    await page.goto(`${product.url}/customers/new`);
    await page.getByLabel("Name").fill("Seefeld Dairy");
    await page.getByRole("button", { name: /^Add/ }).click();
    await page.getByRole("link", { name: /site/i }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Seefeld creamery");
    await page.getByLabel("Time zone").selectOption("Europe/Vienna");
    await page.getByRole("button", { name: /^Add/ }).click();
    await page.goto(`${product.url}/models/new`);
    await page.getByLabel("Name", { exact: true }).fill("Cooling pump 20");
    await page.getByLabel("Key", { exact: true }).fill("CP20");
    const cell = (words: string) => page.getByLabel(new RegExp(`^${words} of tag 1$`, "i"));
    await cell("Key").fill("p_out");
    await cell("Name").fill("Outlet pressure");
    await cell("Unit").fill("bar");
    await cell("Range from").fill("0");
    await cell("Range to").fill("10");
    await cell("Every, s").fill("10");
    await picture(page, "4-model");
    await page
      .getByRole("button", { name: /^Add the model|^Add model|^Save/ })
      .first()
      .click();
    await page.goto(`${product.url}/assets/new`);
    await page.getByLabel("Customer and site").selectOption({ label: "Seefeld Dairy · Seefeld creamery" });
    await page.getByLabel("Product model").selectOption({ label: "Cooling pump 20" });
    await page.getByLabel("Name", { exact: true }).fill("Ice water pump");
    await page.getByLabel("Serial number").fill("CP20-000871");
    await picture(page, "4-machine");
    await page.getByRole("button", { name: /^Add/ }).click();
    // The next step is its device, already for this machine.
    await page.waitForURL(/\/devices\/new\?asset=/);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    const token = (await page.locator("[data-credential]").textContent())!.trim();
    await picture(page, "4-credential");
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${product.mqttPort}`, { username: token });
    await client.publishAsync(TELEMETRY, JSON.stringify({ p_out: 4.2, tmp_oil: 51 }), { qos: 1 });
    await page
      .getByText(/^Message received/)
      .first()
      .waitFor({ timeout: 30_000 });
    await picture(page, "4-first-reading");
    await client.endAsync();
  });

  it("a viewer reads, and is kept out of everything else", { timeout: 90_000 }, async () => {
    await as("viewer@northwind.example");
    await page.goto(`${product.url}/assets/${machines[0]!.assetId}`);
    await heading(/^Booster 1$/);
    await picture(page, "5-viewer-asset");
    expect(await page.getByRole("button", { name: /Acknowledge|Shelve/ }).count()).toBe(0);
    for (const path of [
      "/customers",
      "/devices",
      "/models/new",
      "/users/new",
      "/keys",
      "/rejected-messages",
    ]) {
      const answer = await page.goto(product.url + path);
      expect(answer?.status(), path).toBeGreaterThanOrEqual(403);
      expect(answer?.status(), path).toBeLessThanOrEqual(404);
    }
    await picture(page, "5-kept-out");
    expect(complaints).toEqual([]);
  });
});
