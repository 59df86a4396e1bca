import { connect } from "node:net";
import { createInterface } from "node:readline";
import { connectPacket } from "../bench/connect-packet.ts";
import { quantile } from "../bench/print.ts";
import type { StormOptions, StormReport } from "./fleet.ts";

/**
 * A process with thousands of devices that all connect at once, come again after a refusal, and when the connection is
 * lost come back at once. Options: one line of JSON on stdin. Each time all are in, one line of JSON with how it went
 * goes to stdout. Raw sockets: mqtt.js costs so much that the storm would be the client's own.
 */
const FAILED_AFTER_MS = 30_000;
const STEP = 100;

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => run(JSON.parse(line) as StormOptions));
lines.once("close", () => process.exit(0));

function run({ port, tokens, sources, retryMs }: StormOptions): void {
  let began = performance.now();
  let tries = 0;
  let comeLater = 0;
  let resets = 0;
  let failed = 0;
  let timesMs: number[] = [];

  function isBack(): void {
    timesMs.push(performance.now() - began);
    if (timesMs.length < tokens.length) return;
    const report: StormReport = {
      devices: tokens.length,
      allBackMs: Math.max(...timesMs),
      p50Ms: quantile(timesMs, 0.5),
      p95Ms: quantile(timesMs, 0.95),
      tries,
      comeLater,
      resets,
      failed,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }

  /** The first device that is lost after all were in begins the next storm. */
  function isLost(): void {
    if (timesMs.length < tokens.length) {
      timesMs.pop();
      return;
    }
    began = performance.now();
    timesMs = [];
    tries = comeLater = resets = failed = 0;
    lost = tokens.length;
  }
  let lost = 0;

  function join(index: number): void {
    tries += 1;
    let isIn = false;
    let answered = false;
    // Without a choice of ours the kernel may use one port for several peers; bound, it may not.
    const from = sources.length === 1 ? {} : { localAddress: sources[index % sources.length]! };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, ...from });
    const timer = setTimeout(() => {
      failed += 1;
      socket.destroy();
    }, FAILED_AFTER_MS);
    socket.once("connect", () => socket.write(connectPacket(`storm-${index}`, tokens[index]!)));
    socket.once("data", (data) => {
      answered = true;
      clearTimeout(timer);
      if (data[0] === 0x20 && data[3] === 0) {
        isIn = true;
        isBack();
        return;
      }
      if (data[0] === 0x20 && data[3] === 3) comeLater += 1;
      else failed += 1;
      socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(timer);
      if (isIn) {
        if (lost === 0) isLost();
        lost -= 1;
        join(index);
        return;
      }
      if (!answered) resets += 1;
      setTimeout(join, retryMs, index);
    });
  }

  /** In steps: one long turn of this process would look like devices that say nothing. */
  function joinFrom(index: number): void {
    for (let i = index; i < Math.min(tokens.length, index + STEP); i++) join(i);
    if (index + STEP < tokens.length) setImmediate(joinFrom, index + STEP);
  }
  joinFrom(0);
}
