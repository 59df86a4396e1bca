import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import mqtt from "mqtt";

/** See startGoodDevice. Options: one line of JSON on stdin; each try: one line of JSON on stdout. */
const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const { port, token, everyMs } = JSON.parse(line) as { port: number; token: string; everyMs: number };
  for (;;) {
    const atMs = Date.now();
    const from = performance.now();
    let refusals = 0;
    let tcpMs = 0;
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { username: token });
    client.stream.once("connect", () => {
      tcpMs = performance.now() - from;
    });
    client.on("close", () => (refusals += 1));
    client.on("error", () => undefined);
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    const tookMs = performance.now() - from;
    process.stdout.write(`${JSON.stringify({ atMs, tookMs, tcpMs, refusals })}\n`);
    await client.endAsync();
    await delay(Math.max(0, everyMs - tookMs));
  }
});
lines.once("close", () => process.exit(0));
