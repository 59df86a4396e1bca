import type { Page } from "playwright-core";
import { openBrowser, signIn } from "../../stories/support/browser.ts";

export type Seen = { lcpMs: number | null; readableMs: number; bytes: number; heapMb: number };

/** Opens the address in a tab with an empty cache and says what that cost. `readable` resolves when a person can read it. */
export async function look(
  address: string,
  readable: (page: Page) => Promise<unknown>,
  who?: { url: string; email: string; password: string },
): Promise<Seen> {
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    if (who) await signIn(page, who.url, who.email, who.password);
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Performance.enable");
    await cdp.send("Network.clearBrowserCache");
    let bytes = 0;
    cdp.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
    cdp.on("Network.webSocketFrameReceived", (event) => (bytes += event.response.payloadData.length));
    const startedAt = performance.now();
    await page.goto(address, { waitUntil: "commit" });
    await readable(page);
    const readableMs = performance.now() - startedAt;
    // Live values go on arriving; a moment later everything that belongs to the page is there.
    await page.waitForTimeout(3000);
    const lcpMs = await page.evaluate(
      () =>
        new Promise<number | null>((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? null)).observe({
            type: "largest-contentful-paint",
            buffered: true,
          });
          setTimeout(() => resolve(null), 1000);
        }),
    );
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN;
    return { lcpMs, readableMs, bytes, heapMb: heap / 1e6 };
  } finally {
    await browser.close();
  }
}
