import { setTimeout as delay } from "node:timers/promises";
import { brotliCompressSync } from "node:zlib";
import mqtt from "mqtt";
import { CP75 } from "../../device-sim/src/catalog/cp75.ts";
import { install } from "../../stories/support/plant.ts";
import { type Product, startProduct } from "../../stories/support/product.ts";
import { median, quantile, say } from "./print.ts";

const DAYS = 30;
const STEP_MS = 10_000;
const READINGS_PER_MESSAGE = 250;
const SETTLE_MS = 30_000;
const ADMIN = { ADMIN_EMAIL: "bench@maker.example", ADMIN_PASSWORD: "password of the bench" };

/** First response of an asset page and of its chart, with 30 days at 10 s behind every tag. */
export async function page(): Promise<void> {
  const product = await startProduct(ADMIN);
  try {
    const machine = await install(product.admin, { customer: "Page bench", model: CP75, asset: "Pump" });
    const points = await fill(product, machine.token);
    // A month of history does not arrive in half a minute in real life: let the store finish sorting it.
    await delay(SETTLE_MS);
    const cookie = await signedIn(product.url);
    const first = await times(40, `${product.url}/assets/${machine.assetId}`, { cookie });
    say(
      `asset page, ${points.toLocaleString("en")} points behind it: first response p50 ${first.p50.toFixed(0)} ms, p95 ${first.p95.toFixed(0)} ms (wanted < 100 ms)`,
    );
    const to = Date.now();
    for (const days of [1, 30]) {
      const query = `from=${to - days * 86_400_000}&to=${to}&buckets=600`;
      const chart = await times(15, `${product.url}/api/v1/assets/${machine.assetId}/series?${query}`, {
        cookie,
      });
      say(
        `series of all its tags, ${days} d, 600 buckets: p50 ${chart.p50.toFixed(0)} ms, p95 ${chart.p95.toFixed(0)} ms`,
      );
    }
    say(
      `browser code of the asset page: ${await browserKilobytes(product.url, `/assets/${machine.assetId}`, cookie)} kB brotli (wanted < 100 kB)`,
    );
  } finally {
    await product.stop();
  }
}

async function fill(product: Product, token: string): Promise<number> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${product.mqttPort}`, { username: token });
  const end = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const analog = CP75.tags.filter((tag) => !tag.onChange);
  const pending = new Set<Promise<unknown>>();
  let readings: string[] = [];
  let points = 0;
  for (let t = end - DAYS * 86_400_000; t <= end; t += STEP_MS) {
    const wave = Math.sin(t / 7_200_000);
    const values = analog.map((tag) => `"${tag.key}":${normalOf(tag.key, wave)}`).join(",");
    points += analog.length;
    readings.push(`{"ts":${t},"values":{${values}}}`);
    if (readings.length < READINGS_PER_MESSAGE && t < end) continue;
    const sent = client.publishAsync("v1/devices/me/telemetry", `[${readings.join(",")}]`, { qos: 1 });
    pending.add(sent);
    void sent.finally(() => pending.delete(sent));
    if (pending.size >= 8) await Promise.race(pending);
    readings = [];
  }
  await Promise.all(pending);
  await client.endAsync();
  await product.settled(300_000);
  return points;
}

const NORMAL: Record<string, number> = {
  speed: 1400,
  flow: 300,
  p_suction: 0.3,
  p_discharge: 4.6,
  motor_current: 110,
  power: 60,
};

/** A value inside every limit, moving with the load. */
function normalOf(key: string, wave: number): string {
  return ((NORMAL[key] ?? 0.5) * (1 + 0.04 * wave)).toFixed(3);
}

export async function signedIn(url: string, who = ADMIN): Promise<string> {
  const response = await fetch(`${url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      origin: url,
      "sec-fetch-site": "same-origin",
    },
    body: new URLSearchParams({ email: who.ADMIN_EMAIL, password: who.ADMIN_PASSWORD }),
  });
  if (response.status !== 303) throw new Error(`sign-in answered ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

export async function times(
  n: number,
  url: string,
  headers: Record<string, string>,
): Promise<{ p50: number; p95: number }> {
  const all: number[] = [];
  for (let i = 0; i < n; i++) {
    const startedAt = performance.now();
    const response = await fetch(url, { headers });
    await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    all.push(performance.now() - startedAt);
  }
  return { p50: median(all), p95: quantile(all, 0.95) };
}

/** All scripts the page names and the chunks they import, compressed as served to a browser that takes brotli. */
export async function browserKilobytes(url: string, path: string, cookie: string): Promise<string> {
  const html = await (await fetch(url + path, { headers: { cookie } })).text();
  const queue = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((m) => m[1]!);
  const seen = new Set<string>();
  let bytes = 0;
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const text = await (await fetch(url + name)).text();
    bytes += brotliCompressSync(text).length;
    for (const m of text.matchAll(/["'](\.{0,2}\/[^"']+\.js)["']/g))
      queue.push(new URL(m[1]!, url + name).pathname);
  }
  return (bytes / 1000).toFixed(1);
}
