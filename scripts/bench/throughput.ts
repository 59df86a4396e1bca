import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { addMachine, install } from "../../stories/support/plant.ts";
import { type Product, startProduct } from "../../stories/support/product.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { BENCH_PUMP } from "./models.ts";
import { median, say } from "./print.ts";

const DEVICES = 500;
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 300_000);
const ROUNDS = 3;
const WINDOW = 16;

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Stored messages per second with everything on, beside bare Aedes that stores nothing, in turn in one run. */
export async function throughput(): Promise<void> {
  const product = await startProduct();
  const bare = await bareAedes();
  try {
    const first = await install(product.admin, { customer: "Bench", model: BENCH_PUMP, asset: "Pump 0" });
    const tokens = [first.token];
    for (let i = 1; i < DEVICES; i++)
      tokens.push((await addMachine(product.admin, { ...first, name: `Pump ${i}` })).token);
    const startMs = Date.now() - 3_600_000;
    const ours: number[] = [];
    const acks: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const yardstick = await run({ port: bare.port, tokens, messages: MESSAGES, window: WINDOW, startMs });
      theirs.push(yardstick.acked / yardstick.seconds);
      const offset = startMs + round * Math.ceil(MESSAGES / DEVICES);
      const { acked, stored } = await runProduct(product, {
        port: product.mqttPort,
        tokens,
        messages: MESSAGES,
        window: WINDOW,
        startMs: offset,
      });
      acks.push(acked);
      ours.push(stored);
      say(
        `  round ${round + 1}: bare Aedes ${rate(theirs[round]!)}, Millwright acknowledged ${rate(acked)}, stored ${rate(stored)}`,
      );
    }
    say(
      `stored messages/s, ${DEVICES} devices, QoS 1, 150 bytes, 4 values each: ${rate(median(ours))} (acknowledged ${rate(median(acks))})`,
    );
    say(`bare Aedes in the same run: ${rate(median(theirs))}`);
    say(`ratio stored / bare Aedes: ${(median(ours) / median(theirs)).toFixed(2)} (wanted ≥ 0.5)`);
  } finally {
    bare.child.kill("SIGKILL");
    await product.stop();
  }
}

const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString("en")}/s`;

async function runProduct(
  product: Product,
  options: LoadOptions,
): Promise<{ acked: number; stored: number }> {
  const startedAt = performance.now();
  const result = await run(options);
  await product.settled(120_000);
  return {
    acked: result.acked / result.seconds,
    stored: result.acked / ((performance.now() - startedAt) / 1000),
  };
}

function run(options: LoadOptions): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", here("./load-main.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(out) as LoadResult) : reject(new Error(`load ended with ${code}`)),
    );
    child.stdin.end(JSON.stringify(options));
  });
}

function bareAedes(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", here("./bare-aedes.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("bare Aedes ended")));
    child.stdout.once("data", (chunk: Buffer) => resolve({ child, port: Number(chunk.toString().trim()) }));
  });
}
