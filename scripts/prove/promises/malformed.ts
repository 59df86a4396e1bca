import { readFileSync } from "node:fs";
import mqtt, { type MqttClient } from "mqtt";
import { connectSequences } from "../../../broker/src/conformance/connect-sequences.ts";
import { flowSequences } from "../../../broker/src/conformance/flow-sequences.ts";
import { packetSequences } from "../../../broker/src/conformance/packet-sequences.ts";
import { play } from "../../../broker/src/conformance/sequence.ts";
import { sessionSequences } from "../../../broker/src/conformance/session-sequences.ts";
import { textSequences } from "../../../broker/src/conformance/text-sequences.ts";
import { freePorts } from "../../../stories/support/ports.ts";
import { device, TELEMETRY, withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";
import { fuzzCase, sendCase } from "./fuzz.ts";

const AT_ONCE = 64;
const SHORT_CASES = 4_000;
const LONG_CASES = 100_000;
/** One case in so many goes to the port where devices sign in. */
const TO_DEVICES = 10;
const MOST_RSS_MB = 300;
const MOST_ROUND_TRIP_MS = 2_000;
const SEQUENCES = [
  ...connectSequences,
  ...textSequences,
  ...packetSequences,
  ...flowSequences,
  ...sessionSequences,
];

const rssMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

async function workers(count: number, work: () => Promise<boolean>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (await work());
    }),
  );
}

/** A client that behaves, beside the others: publishes over and over and notes how long each answer took. */
function wellBehaved(client: MqttClient) {
  const tookMs: number[] = [];
  let failed = 0;
  let going = true;
  const done = (async () => {
    for (let n = 0; going; n++) {
      const startedAt = performance.now();
      await client.publishAsync(TELEMETRY, `{"flow":${n % 100}}`, { qos: 1 }).catch(() => failed++);
      tookMs.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    going = false;
    await done;
    return { failed, count: tookMs.length, longestMs: Math.max(...tookMs) };
  };
}

export const malformed: Proof = {
  title: "whatever a socket sends, the broker lives and serves the others",
  async prove({ long, random }) {
    const [testPort] = (await freePorts(1)) as [number];
    return withPlant(1, { MQTT_TEST_LISTENER_PORT: String(testPort) }, async (product, [machine]) => {
      const { failures, expect } = checklist();
      const pid = product.pid("broker")!;
      const left = [...SEQUENCES];
      await workers(16, async () => {
        const sequence = left.pop();
        if (sequence === undefined) return false;
        const wrong = await play(sequence, testPort);
        expect(wrong === null, `[${sequence.clause}] ${sequence.name}: ${wrong}`);
        return true;
      });

      const cases = long ? LONG_CASES : SHORT_CASES;
      const good = await device(product.mqttPort, machine);
      const router = await mqtt.connectAsync(`mqtt://127.0.0.1:${testPort}`);
      router.on("error", () => undefined);
      const stops = [wellBehaved(good), wellBehaved(router)];
      const before = rssMb(pid);
      let most = before;
      const watch = setInterval(() => {
        most = Math.max(most, product.pid("broker") === pid ? rssMb(pid) : 0);
      }, 250);
      const startedAt = performance.now();
      let sent = 0;
      await workers(AT_ONCE, async () => {
        if (sent >= cases || product.pid("broker") !== pid) return false;
        sent++;
        if (sent % TO_DEVICES === 0) await sendCase(product.mqttPort, fuzzCase(random, machine.token));
        else await sendCase(testPort, fuzzCase(random, ""));
        return true;
      });
      const seconds = (performance.now() - startedAt) / 1000;
      const served = await Promise.all(stops.map((stop) => stop()));
      clearInterval(watch);
      await Promise.all([good.endAsync(true), router.endAsync(true)]);
      const grewMb = Math.max(0, most - before);
      const longestMs = Math.max(...served.map((each) => each.longestMs));
      const lost = served.reduce((sum, each) => sum + each.failed, 0);
      expect(product.pid("broker") === pid, "the broker died");
      expect(grewMb < MOST_RSS_MB, `the broker grew by ${grewMb.toFixed(0)} MB`);
      expect(longestMs < MOST_ROUND_TRIP_MS, `a client that behaves waited ${longestMs.toFixed(0)} ms`);
      const note =
        `${SEQUENCES.length} packet sequences; ${sent} fuzz cases, ${(sent / seconds).toFixed(0)}/s, RSS +${grewMb.toFixed(0)} MB; ` +
        `beside them ${served.map(({ count }) => count).join(" and ")} publishes, the slowest answered in ${longestMs.toFixed(0)} ms`;
      return { attempts: SEQUENCES.length + sent, lost, doubled: 0, phantom: 0, failures, note };
    });
  },
};
