import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JournalReader, JournalWriter } from "@millwright/shared/journal/journal";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { encodeDownlink } from "@millwright/shared/wire/downlink-record";
import { RPC_RESPONSE } from "@millwright/shared/wire/topics";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runExample } from "./support/firmware.ts";
import { TEST_RIG } from "./support/models.ts";
import { addMachine, install, type Machine } from "./support/plant.ts";
import { type Product, startProduct } from "./support/product.ts";
import { available, command, MOSQUITTO, PAHO } from "./support/tools.ts";
import { until } from "./support/wait.ts";

/** The examples of docs/firmware.md as a firmware engineer would run them, against the real product. */
const DOCS = fileURLToPath(new URL("../docs/firmware/", import.meta.url));
const COMPILER = { name: "a C compiler", probe: ["sh", "-c", "command -v cc"] } as const;
const PAHO_C = {
  name: "libpaho-mqtt-dev",
  probe: [
    "sh",
    "-c",
    "echo '#include <MQTTClient.h>' | cc -E - && echo 'int main(){}' | cc -xc - -o /dev/null -lpaho-mqtt3c",
  ],
} as const;

let product: Product;
let first: Machine;
let folder: string;
/** The portal's side of the commands. */
let downlink: JournalWriter;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "millwright-firmware-"));
  product = await startProduct();
  first = await install(product.admin, { customer: "Northwind Water", model: TEST_RIG, asset: "Pump 1" });
  downlink = await openSqliteJournal({ file: join(product.dataDir, "downlink.db"), maxBytes: 0 });
});
afterAll(async () => {
  await downlink?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const machine = (name: string) => addMachine(product.admin, { ...first, name });

/** Stored points of the tag by time: how many there are at each, and the value. */
async function stored(of: Machine, tag: string, from: number, to: number) {
  await product.settled();
  type Answer = { series: { points: { time: number; last: number; count: number }[] }[] };
  const found = new Map<number, { count: number; value: number }>();
  const window = 2000;
  for (let at = from; at <= to; at += window) {
    const { series } = await product.admin.get<Answer>(
      `/assets/${of.assetId}/series?tags=${tag}&from=${at}&to=${at + window}&buckets=${window}`,
    );
    for (const point of series[0]?.points ?? [])
      if (point.time >= at && point.time < at + window)
        found.set(point.time, { count: point.count, value: point.last });
  }
  return found;
}

/** Every recorded reading is there once, with its value, and nothing else is. */
async function expectEachOnce(of: Machine, times: readonly number[], values?: (n: number) => number) {
  const points = await stored(of, "flow", times[0]!, times.at(-1)!);
  expect([...points.keys()].sort((a, b) => a - b)).toEqual([...times]);
  for (const [n, time] of times.entries()) {
    expect(points.get(time)).toEqual({ count: 1, value: values ? values(n) : points.get(time)!.value });
  }
}

/** The device's answer to a command, as the broker journalled it. */
function answerTo(uplink: JournalReader, requestId: string): string | undefined {
  for (let after = 0, entries = uplink.read(after); entries.length > 0; entries = uplink.read(after)) {
    for (const { seq, bytes } of entries) {
      after = seq;
      const record = decodeUplink(bytes);
      if (record.kind === "message" && record.topic === RPC_RESPONSE + requestId)
        return Buffer.from(record.payload).toString("utf8");
    }
  }
  return undefined;
}

const flowOf = (n: number) => (n % 97) + 0.5;

/** kill -9, and the supervisor starts it again. */
async function killBroker() {
  const killed = product.kill("broker");
  await until("the broker to run again", () => (product.pid("broker") ?? killed) !== killed);
}

const EXAMPLES = [
  {
    name: "Python",
    tools: [PAHO],
    build: async () => ["/usr/bin/python3", [`${DOCS}python/device.py`]] as const,
  },
  {
    name: "C",
    tools: [COMPILER, PAHO_C],
    build: async () => {
      const sources = [`${DOCS}c/device.c`, `${DOCS}c/outbox.c`];
      const strict = ["-O2", "-Wall", "-Wextra", "-Werror"];
      const built = await command("cc", [...strict, "-o", `${folder}/device`, ...sources, "-lpaho-mqtt3c"]);
      expect(built).toEqual({ code: 0, output: "" });
      return [`${folder}/device`, []] as const;
    },
  },
];

describe.each(EXAMPLES)("the example in $name", ({ name, tools, build }) => {
  const there = available(...tools);
  let file: string;
  let before: readonly string[];
  beforeAll(async () => {
    if (there) [file, before] = await build();
  });

  const start = (of: { token: string }, outbox: string, args: readonly string[], port = product.mqttPort) =>
    runExample(
      file,
      [...before, "--port", String(port), "--outbox", join(folder, `${name}-${outbox}`), ...args],
      of.token,
    );
  const quick = ["--back-off-ms", "50", "--give-up-s", "60"];

  it.skipIf(!there)(
    "loses and doubles nothing while the broker is killed under it",
    async () => {
      const pump = await machine(`${name}, broker killed`);
      const device = start(pump, "killed", ["--readings", "600", "--every-ms", "5", ...quick]);
      for (const at of [100, 300]) {
        await until(`${at} readings`, () => device.recorded().length >= at);
        await killBroker();
      }
      const ran = await device.ended;
      expect(ran.report, ran.errors).toMatchObject({ recorded: 600, left: 0, dropped: 0 });
      expect(ran.code).toBe(0);
      expect(ran.errors.match(/^connected$/gm)!.length).toBeGreaterThan(1);
      await expectEachOnce(pump, ran.recorded, flowOf);
    },
    90_000,
  );

  it.skipIf(!there)(
    "keeps its readings while nobody answers and while it is killed itself",
    async () => {
      const pump = await machine(`${name}, killed itself`);
      // Nobody listens on port 1.
      const offline = start(pump, "own", ["--readings", "100000", "--every-ms", "5", ...quick], 1);
      await until("readings in the outbox", () => offline.recorded().length >= 80);
      offline.kill();
      const { recorded } = await offline.ended;
      const online = start(pump, "own", ["--readings", "0", ...quick]);
      expect((await online.ended).report).toMatchObject({ recorded: 0, left: 0, dropped: 0 });
      // One more may be on the disk than it had the time to tell.
      const points = await stored(pump, "flow", recorded[0]!, recorded.at(-1)! + 1000);
      expect([...points.keys()].slice(0, recorded.length)).toEqual(recorded);
      expect(points.size - recorded.length).toBeLessThanOrEqual(1);
      expect([...points.values()].every((point) => point.count === 1)).toBe(true);
    },
    90_000,
  );

  it.skipIf(!there)(
    "does a command and answers it",
    async () => {
      const pump = await machine(`${name}, commanded`);
      const device = start(pump, "commanded", ["--readings", "400", "--every-ms", "50", ...quick]);
      await until("the subscription", () => device.errors().includes("takes commands"));
      const requestId = `${name}-1`;
      const command = encodeDownlink({
        deviceId: pump.deviceId,
        requestId,
        method: "ping",
        params: { n: 1 },
      });
      await new Promise<void>((resolve, reject) =>
        downlink.append(command, (error) => (error ? reject(error) : resolve())),
      );
      const uplink = openSqliteReader(join(product.dataDir, "uplink.db"));
      try {
        const answer = await until("the answer", () => answerTo(uplink, requestId));
        expect(JSON.parse(answer)).toMatchObject({ ok: true });
      } finally {
        uplink.close();
        device.kill();
        await device.ended;
      }
    },
    60_000,
  );

  it.skipIf(!there)(
    "a refused sign-in is told, keeps the readings, and is not tried again at once",
    async () => {
      const args = ["--readings", "5", "--every-ms", "10", "--back-off-ms", "50", "--give-up-s", "2"];
      const refused = await start({ token: "not-a-token" }, "refused", args).ended;
      expect(refused.code).toBe(1);
      expect(refused.errors.match(/refused with code 5/g)).toHaveLength(1);
      expect(refused.report).toMatchObject({ recorded: 5, left: 5 });

      const pump = await machine(`${name}, refused first`);
      const accepted = await start(pump, "refused", ["--readings", "0", ...quick]).ended;
      expect(accepted.report).toMatchObject({ left: 0 });
      await expectEachOnce(pump, refused.recorded, flowOf);
    },
    60_000,
  );
});

describe("the example in Python, misled", () => {
  const there = available(PAHO);
  /** The example with one of its constants changed. */
  const changed = (change: string, of: Machine, outbox: string) => {
    const script = `import sys; sys.path.insert(0, "${DOCS}python"); import device; device.${change}; sys.exit(device.main())`;
    const options = ["--readings", "3", "--every-ms", "10", "--back-off-ms", "100", "--give-up-s", "3"];
    const place = ["--port", String(product.mqttPort), "--outbox", join(folder, outbox)];
    return runExample("/usr/bin/python3", ["-c", script, ...place, ...options], of.token).ended;
  };

  it.skipIf(!there)("tells of a refused subscription and goes on publishing", async () => {
    const pump = await machine("Subscribes too much");
    const ran = await changed('COMMANDS = "#"', pump, "subscribes.db");
    expect(ran.errors).toContain("subscription refused");
    expect(ran.report).toMatchObject({ recorded: 3, left: 0 });
    await expectEachOnce(pump, ran.recorded, flowOf);
  });

  it.skipIf(!there)(
    "keeps its readings and slows down when a foreign topic closes the connection",
    async () => {
      const pump = await machine("Publishes elsewhere");
      const ran = await changed('TELEMETRY = "v1/devices/other/telemetry"', pump, "elsewhere.db");
      expect(ran.report).toMatchObject({ recorded: 3, left: 3 });
      const tries = ran.errors.match(/^connected$/gm)!.length;
      expect(tries).toBeGreaterThan(1);
      expect(tries).toBeLessThan(10);
    },
  );
});

describe("the example for the shell", () => {
  const there = available(MOSQUITTO);
  it.skipIf(!there)(
    "sends again what the broker did not acknowledge",
    async () => {
      const pump = await machine("Shell");
      const environment = {
        ...process.env,
        MILLWRIGHT_TOKEN: pump.token,
        SPOOL: join(folder, "spool"),
        PORT: String(product.mqttPort),
      };
      const shell = (args: readonly string[]) =>
        new Promise<number | null>((resolve) => {
          const child = spawn(`${DOCS}shell/publish.sh`, args, { env: environment, stdio: "ignore" });
          child.once("close", resolve);
        });
      const before = Date.now();
      for (const flow of [11, 12, 13]) expect(await shell(["record", `{"flow":${flow}}`])).toBe(0);
      const killed = product.kill("broker");
      expect(await shell(["send"])).toBe(0);
      expect(product.pid("broker")).not.toBe(killed);
      const points = await stored(pump, "flow", before, Date.now());
      expect([...points.values()]).toEqual([11, 12, 13].map((value) => ({ count: 1, value })));
    },
    60_000,
  );
});
