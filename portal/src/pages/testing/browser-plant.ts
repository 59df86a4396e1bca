import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { portalApp } from "../../app.ts";
import { pagesApp } from "../app.tsx";
import { buildPlant, PASSWORD, type Plant } from "./plant.ts";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type BrowserPlant = {
  plant: Plant;
  origin: string;
  browser: Browser;
  page: Page;
  /** Errors and warnings of the console, the content security policy's among them. */
  complaints: string[];
  stop(): Promise<void>;
};

/** The test plant behind its real app and headers, and an engineer signed in at it. `prepare` fills the database first. */
export async function openBrowserPlant(prepare?: (plant: Plant) => void): Promise<BrowserPlant> {
  // The port must be known before the parts: origin checks compare with it.
  const server = createAdaptorServer({ fetch: (request: Request) => app.fetch(request) }) as Server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plant = await buildPlant({ clock: () => Date.now(), publicUrl: origin });
  prepare?.(plant);
  const fine = { ready: true, reason: null };
  const app = portalApp(
    {
      ...plant.deps,
      metrics: { request: () => undefined, text: async () => "" },
      readiness: async () => ({
        ready: true,
        journal: fine,
        store: fine,
        database: fine,
        findingsThrough: 0,
        quarantine: [],
      }),
    },
    pagesApp(plant.deps),
  );
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel("E-mail").fill("field.engineer@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((at) => at.pathname === "/");
  return {
    plant,
    origin,
    browser,
    page,
    complaints,
    async stop() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await plant.stop();
    },
  };
}
