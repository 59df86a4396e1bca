import mqtt from "mqtt";
import { apiClient } from "../../stories/support/api.ts";
import { openBrowser, signIn } from "../../stories/support/browser.ts";
import { startDemo } from "../../stories/support/demo.ts";
import { TEST_RIG } from "../../stories/support/models.ts";
import { addMachine, install } from "../../stories/support/plant.ts";
import { newApiKey } from "../demo.ts";
import { quantile, say } from "./print.ts";

const PROBES = 60;

/** publish → the figure stands on an open asset page, with the demo fleet publishing beside it. */
export async function latency(): Promise<void> {
  const demo = await startDemo();
  const browser = await openBrowser();
  try {
    say(
      `start with an empty data folder to the printed sign-ins: ${demo.secondsToFirstPage.toFixed(1)} s (without the install)`,
    );
    const admin = apiClient(demo.url, await newApiKey(demo.environment));
    const first = await install(admin, {
      customer: "Latency bench",
      model: { ...TEST_RIG, key: "RIG-LATENCY" },
      asset: "Probe",
    });
    const machine = await addMachine(admin, { ...first, name: "Probe 2" });
    const page = await browser.context.newPage();
    const engineer = demo.signIn(/engineer/i);
    await signIn(page, demo.url, engineer.email, engineer.password);
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${demo.mqttPort}`, { username: machine.token });
    await client.publishAsync("v1/devices/me/telemetry", '{"flow":1}', { qos: 1 });
    await page.goto(`${demo.url}/assets/${machine.assetId}`);
    const cell = page.getByRole("row", { name: /Flow/ }).first();
    await cell.getByText("1", { exact: true }).waitFor({ timeout: 10_000 });
    const times: number[] = [];
    for (let i = 0; i < PROBES; i++) {
      const value = 20 + i;
      const seen = cell.getByText(String(value), { exact: true }).waitFor({ timeout: 10_000 });
      await page.waitForTimeout(100 + Math.random() * 400);
      const sentAt = performance.now();
      await client.publishAsync("v1/devices/me/telemetry", JSON.stringify({ flow: value }), { qos: 1 });
      await seen;
      times.push(performance.now() - sentAt);
    }
    await client.endAsync();
    say(
      `publish → visible on the page, ${PROBES} probes beside the demo fleet: p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms (wanted p95 < 1,000 ms)`,
    );
  } finally {
    await browser.close();
    await demo.stop();
  }
}
