import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TEST_RIG } from "./support/models.ts";
import { install, type Machine } from "./support/plant.ts";
import { freePorts } from "./support/ports.ts";
import { type Product, startProduct } from "./support/product.ts";
import { available, MOSQUITTO } from "./support/tools.ts";
import { until } from "./support/wait.ts";

/** The guide's commands for first start, replacement and certificates, run as they stand there. */
const SHELL = fileURLToPath(new URL("../docs/firmware/shell/", import.meta.url));
const RR = { name: "mosquitto_rr", probe: ["sh", "-c", "command -v mosquitto_rr"] } as const;
const OPENSSL = { name: "openssl", probe: ["sh", "-c", "command -v openssl"] } as const;
const there = available(MOSQUITTO, RR, OPENSSL);

type Key = { id: string; provisionDeviceKey: string; provisionDeviceSecret: string };
type Ran = { code: number; output: string; errors: string };

let product: Product;
let first: Machine;
let tlsPort: number;
let folder: string;

const run = (file: string, args: readonly string[], environment: Record<string, string> = {}) =>
  new Promise<Ran>((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...environment }, timeout: 30_000 };
    execFile(file, [...args], options, (error, output, errors) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: output.trim(), errors }),
    );
  });
const certificates = async (...args: string[]) => {
  const ran = await run(join(SHELL, "certificates.sh"), args);
  expect(ran.code, ran.errors).toBe(0);
};
const publish = (...args: string[]) =>
  run("mosquitto_pub", [
    "-h",
    "127.0.0.1",
    "-q",
    "1",
    "-t",
    "v1/devices/me/telemetry",
    "-m",
    '{"flow":12}',
    ...args,
  ]);
const provision = (key: Key, name: string) =>
  run(join(SHELL, "provision.sh"), [], {
    HOST: "127.0.0.1",
    PORT: String(product.mqttPort),
    NAME: name,
    KEY: key.provisionDeviceKey,
    SECRET: key.provisionDeviceSecret,
  });
const newKey = (uses = 1) =>
  product.admin.post<Key>("/provisioning-keys", {
    name: "Batch",
    modelId: first.modelId,
    customerId: first.customerId,
    uses,
  });

beforeAll(async () => {
  if (!there) return;
  folder = mkdtempSync(join(tmpdir(), "millwright-provisioning-"));
  await certificates("authority");
  await certificates("server", "127.0.0.1");
  [tlsPort] = (await freePorts(1)) as [number];
  product = await startProduct({
    MQTTS_PORT: String(tlsPort),
    MQTT_TLS_KEY: join(folder, "server.key"),
    MQTT_TLS_CERT: join(folder, "server.pem"),
    MQTT_TLS_CA: join(folder, "ca.pem"),
    MQTT_TLS_CRL: join(folder, "crl.pem"),
  });
  first = await install(product.admin, { customer: "Northwind Water", model: TEST_RIG, asset: "Pump 1" });
}, 90_000);
afterAll(async () => {
  await product?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

it.skipIf(!there)(
  "a factory image registers itself once, and its readings are its customer's",
  async () => {
    const key = await newKey();
    const registered = await provision(key, "P-101");
    expect(registered.code, registered.errors).toBe(0);
    expect(registered.output).toMatch(/^[0-9a-f]{40}$/);
    // Its answer was lost, it asks again: a fresh token, and the one before is worth nothing.
    const again = await provision(key, "P-101");
    expect(again.output).not.toBe(registered.output);
    const port = String(product.mqttPort);
    expect((await publish("-p", port, "-u", registered.output)).code).not.toBe(0);
    expect((await publish("-p", port, "-u", again.output)).code).toBe(0);

    for (const name of ["P-101", "P-102"]) {
      const refused = await provision(key, name);
      expect([refused.code, refused.output], refused.errors).toEqual([1, ""]);
      expect(refused.errors).toMatch(/"status":"(FAILURE|NOT_FOUND)"/);
    }
    await product.settled();
    const owner = await product.customer(first.customerId);
    const assets = await owner.all<{ id: string; serialNumber: string }>("/assets");
    const made = assets.find((asset) => asset.serialNumber === "P-101")!;
    const { values } = await owner.get<{ values: { tag: string; value: number }[] }>(
      `/assets/${made.id}/latest`,
    );
    expect(values).toMatchObject([{ tag: "flow", value: 12 }]);
    expect(assets.some((asset) => asset.serialNumber === "P-102")).toBe(false);
  },
  60_000,
);

it.skipIf(!there)(
  "while the portal is away nothing is made; afterwards the same request is taken",
  async () => {
    const key = await newKey();
    const killed = product.kill("portal");
    const early = await provision(key, "P-201");
    expect(early.code, early.output).toBe(1);
    expect(early.errors).toContain("later");
    await until("the portal to run again", () => (product.pid("portal") ?? killed) !== killed);
    const token = await until(
      "the registration",
      async () => {
        const ran = await provision(key, "P-201");
        return ran.code === 0 && ran.output;
      },
      30_000,
    );
    expect((await publish("-p", String(product.mqttPort), "-u", token)).code).toBe(0);
  },
  90_000,
);

it.skipIf(!there)(
  "certificates as the guide makes them: by name, pinned with an overlap, revoked by the list",
  async () => {
    const tls = (name: string) => [
      "-p",
      String(tlsPort),
      "--cafile",
      "ca.pem",
      "--cert",
      `${name}.pem`,
      "--key",
      `${name}.key`,
    ];
    await certificates("device", first.deviceId);
    copyFileSync(join(folder, `${first.deviceId}.pem`), join(folder, "named.pem"));
    copyFileSync(join(folder, `${first.deviceId}.key`), join(folder, "named.key"));
    await certificates("device", "spare");
    expect((await publish(...tls("named"))).code).toBe(0);
    expect((await publish(...tls("spare"))).code).not.toBe(0);

    const pem = (await run("cat", ["spare.pem"])).output;
    const replaced = await product.admin.post<{ oldUntil: number }>(
      `/devices/${first.deviceId}/credentials`,
      {
        kind: "certificate",
        certificate: pem,
        oldUntil: Date.now() + 4_000,
      },
    );
    for (const name of ["spare", "named"]) expect((await publish(...tls(name))).code, name).toBe(0);
    await until("the end of the overlap", async () => Date.now() > replaced.oldUntil);
    expect((await publish(...tls("named"))).code).not.toBe(0);
    expect((await publish(...tls("spare"))).code).toBe(0);

    await certificates("revoke", "spare");
    await until("the list to hold", async () => (await publish(...tls("spare"))).code !== 0, 5_000);
  },
  60_000,
);
