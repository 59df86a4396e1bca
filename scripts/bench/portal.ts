import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addMachine, install, type Machine } from "../../stories/support/plant.ts";
import { startProduct } from "../../stories/support/product.ts";
import { BENCH_PUMP } from "./models.ts";
import { browserKilobytes, signedIn, times } from "./page.ts";
import { look, type Seen } from "./portal-browser.ts";
import { cpuOf, livePages } from "./portal-cpu.ts";
import { takeFile } from "./portal-export.ts";
import { DENSE, fill } from "./portal-fill.ts";
import { nodeRed } from "./portal-peer.ts";
import { heading, say } from "./print.ts";

/** `pnpm bench:portal`: the portal's budgets, with 1,000 machines and 30 days behind them, during ingest. */
const MACHINES = Number(process.env.BENCH_MACHINES ?? 1000);
const PER_SECOND = 2000;
const LIVE_PAGES = 50;
/** What a fleet page follows. */
const ASSETS_PER_PAGE = 100;
const CPU_SECONDS = 15;
const DAY_MS = 86_400_000;
const ADMIN = { ADMIN_EMAIL: "bench@maker.example", ADMIN_PASSWORD: "password of the bench" };

const beside = (figure: number, unit: string, bar: number, aim: number) =>
  `${figure.toFixed(0)} ${unit} (bar ${bar}, aim ${aim})${figure > bar ? "  OVER THE BAR" : ""}`;

async function build(dataDir: string): Promise<Machine[]> {
  const product = await startProduct({ ...ADMIN, DATA_DIR: dataDir });
  try {
    const first = await install(product.admin, { customer: "Bench", model: BENCH_PUMP, asset: "Pump 0" });
    const machines = [first];
    for (let i = 1; i < MACHINES; i++)
      machines.push(await addMachine(product.admin, { ...first, name: `Pump ${i}` }));
    return machines;
  } finally {
    await product.stop();
  }
}

async function paced(port: number, tokens: string[]): Promise<() => void> {
  const file = fileURLToPath(new URL("./portal-paced.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ port, tokens, perSecond: PER_SECOND }));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the load ended with ${code}`)));
  });
  return () => child.kill("SIGKILL");
}

const seen = (what: string, { lcpMs, readableMs, bytes, heapMb }: Seen) =>
  say(
    `${what}: readable after ${readableMs.toFixed(0)} ms, LCP ${lcpMs === null ? "not told" : `${lcpMs.toFixed(0)} ms`}, ${(bytes / 1000).toFixed(0)} kB transferred, JS heap ${heapMb.toFixed(1)} MB`,
  );

async function measure(dataDir: string, machines: Machine[]): Promise<void> {
  const product = await startProduct({ ...ADMIN, DATA_DIR: dataDir });
  let endLoad = () => {};
  try {
    endLoad = await paced(
      product.mqttPort,
      machines.map(({ token }) => token),
    );
    const { url } = product;
    const cookie = await signedIn(url, ADMIN);
    const watched = machines[0]!.assetId;
    const to = Date.now();
    const chart = `/api/v1/assets/${watched}/series?from=${to - 30 * DAY_MS}&to=${to}&buckets=1000`;
    const asked = [
      ["fleet page", "/fleet", 40, 100, 33],
      ["asset page", `/assets/${watched}`, 40, 150, 50],
      ["30-day chart data, 4 tags, 1,000 buckets", chart, 20, 300, 100],
    ] as const;
    for (const [what, path, n, bar, aim] of asked) {
      await times(5, url + path, { cookie });
      const { p50, p95 } = await times(n, url + path, { cookie });
      say(`${what}: p50 ${p50.toFixed(0)} ms, p95 ${beside(p95, "ms", bar, aim)}`);
    }
    for (const [what, path] of asked.slice(0, 2))
      say(
        `browser code of the ${what}: ${await browserKilobytes(url, path, cookie)} kB brotli (bar 120, aim 60)`,
      );

    const ids = machines.slice(0, ASSETS_PER_PAGE).map(({ assetId }) => assetId);
    const pids = { ingest: product.pid("ingest")!, portal: product.pid("portal")! };
    const none = await cpuOf(pids, CPU_SECONDS);
    const pages = await livePages(LIVE_PAGES, `${url}/live?assets=${ids.join(",")}`, cookie);
    await cpuOf(pids, 3);
    const from = pages.bytes();
    const many = await cpuOf(pids, CPU_SECONDS);
    const perPage = (pages.bytes() - from) / LIVE_PAGES / CPU_SECONDS / 1000;
    pages.close();
    const more = (many.ingest / none.ingest - 1) * 100;
    say(
      `CPU at ${PER_SECOND} messages/s, per cent of a core: ingest ${none.ingest.toFixed(0)} → ${many.ingest.toFixed(0)} with ${LIVE_PAGES} live pages of ${ASSETS_PER_PAGE} machines: ${more >= 0 ? "+" : ""}${more.toFixed(0)} % (bar 20); portal ${none.portal.toFixed(0)} → ${many.portal.toFixed(0)}; ${perPage.toFixed(1)} kB/s a page`,
    );

    const also = machines.slice(1, DENSE).map(({ assetId }) => assetId);
    for (const format of ["csv", "parquet"]) {
      const query = `from=${to - 30 * DAY_MS}&to=${to}&also=${also.join(",")}&format=${format}`;
      const file = await takeFile(`${url}/api/v1/assets/${watched}/export?${query}`, cookie, pids);
      say(
        `${format} of ${file.rows.toLocaleString("en")} rows: ${file.mb.toFixed(0)} MB in ${file.seconds.toFixed(1)} s, first byte after ${file.firstByteS.toFixed(1)} s; memory of the portal +${(file.rssMoreMb.portal ?? 0).toFixed(0)} MB (bar 100), of ingest +${(file.rssMoreMb.ingest ?? 0).toFixed(0)} MB`,
      );
    }

    const who = { url, email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD };
    const asset = await look(
      `${url}/assets/${watched}`,
      (page) => page.locator("[data-drawn]").waitFor(),
      who,
    );
    seen("asset page in Chromium (LCP bar 1,000 ms)", asset);
    const row = `${ASSETS_PER_PAGE}th row`;
    const fleet = await look(
      `${url}/fleet`,
      (page) =>
        page
          .locator("tbody tr")
          .nth(Math.min(ASSETS_PER_PAGE, MACHINES) - 1)
          .waitFor(),
      who,
    );
    seen(`fleet page in Chromium, ${MACHINES} machines, to the ${row} (LCP bar 1,000 ms)`, fleet);
  } finally {
    endLoad();
    await product.stop();
  }
}

say(heading());
const dataDir = await mkdtemp(join(tmpdir(), "millwright-bench-portal-"));
try {
  const machines = await build(dataDir);
  const points = await fill(dataDir, machines);
  say(
    `${MACHINES} machines, ${points.toLocaleString("en")} points of 30 days, ${PER_SECOND} messages/s beside all of it`,
  );
  await measure(dataDir, machines);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
const peer = await nodeRed();
if (peer !== null) seen("Node-RED 5.0.7, Dashboard 2 1.31.0, 1,000 values, to the last value", peer);
