import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testBed, until } from "../testing/test-bed.ts";

const run = promisify(execFile);
const SUITE = fileURLToPath(new URL("./interop.py", import.meta.url));

/** The Python that has paho: Debian's, whatever else stands first in PATH. */
async function pythonWithPaho(): Promise<string | null> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const found = await run(python, ["-c", "import paho.mqtt.client"]).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return null;
}

const python = await pythonWithPaho();
if (python === null && !process.env.CI) process.stderr.write("skipped: python3-paho-mqtt is not installed\n");

const bed = testBed({ MQTT_TEST_LISTENER_PORT: "0" });
let port = 0;
beforeAll(async () => {
  port = (await bed.start()).testPort ?? 0;
});
afterAll(() => bed.end());

describe.skipIf(python === null && !process.env.CI)("Eclipse Paho", () => {
  test("sees what MQTT 3.1.1 promises", { timeout: 60_000 }, async () => {
    const { stdout } = await run(python ?? "python3", [SUITE, String(port)]);
    expect(stdout.trim().split("\n")).toEqual(["done"]);
  });
});

describe("mqtt.js", () => {
  const url = () => `mqtt://127.0.0.1:${port}`;

  test("a hundred clients at once, each with a session, hear each other", async () => {
    const clients = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        bed.connect({ clientId: `many-${i}`, clean: i % 2 === 0 }, url()),
      ),
    );
    let heard = 0;
    for (const client of clients) client.on("message", () => heard++);
    await Promise.all(clients.map((client) => client.subscribeAsync("many/#", { qos: 1 })));
    await Promise.all(
      clients.map((client, i) => client.publishAsync(`many/${i}`, "x", { qos: i % 2 === 0 ? 1 : 2 })),
    );
    await until(() => heard >= 10_000, "each hears each");
    expect(heard).toBe(10_000);
    await Promise.all(clients.map((client) => client.endAsync()));
  });

  test("no pace is set for connections: 1,000 one after the other are let in at once", async () => {
    const began = Date.now();
    const lane = async (lane: number) => {
      for (let i = 0; i < 50; i++) await (await bed.connect({ clientId: `lane-${lane}` }, url())).endAsync();
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => lane(i)));
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});
