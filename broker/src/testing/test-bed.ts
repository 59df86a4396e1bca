import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@millwright/shared/config";
import { openPortalDb, PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { deviceCredentials, devices } from "@millwright/shared/db/schema";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { createLog } from "@millwright/shared/log";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import { decodeUplink, type UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { connectAsync, type IClientOptions, type MqttClient, connect as mqttConnect } from "mqtt";
import { brokerConfig } from "../config.ts";
import { type StartOptions, startBroker } from "../start.ts";

export const silent = createLog("broker", "silent");

/** A folder with the devices of a test, a broker on free ports in it, and clients that are ended with it. */
export function testBed(settings: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "broker-"));
  const environment = {
    MQTT_PORT: "0",
    MQTT_WS_PORT: "0",
    DATA_DIR: dataDir,
    JOURNAL_MAX_MB: "64",
    LOG_LEVEL: "silent",
  };
  const clients: MqttClient[] = [];
  let opened: PortalDb | null = null;
  let broker: Awaited<ReturnType<typeof startBroker>> | null = null;

  function db(): PortalDb {
    opened ??= openPortalDb(join(dataDir, PORTAL_DB));
    return opened;
  }

  /** A device with an access token and an id-and-secret credential. */
  function addDevice(id: string, kind: "device" | "gateway" = "device") {
    const token = randomBytes(16).toString("base64url");
    const secret = randomBytes(16).toString("base64url");
    db().insert(devices).values({ id, name: id, kind, createdAt: 1 }).run();
    const credentials = [
      ["token", token],
      ["secret", secret],
    ] as const;
    for (const [credentialKind, value] of credentials) {
      const hash = createHash("sha256").update(value).digest("hex");
      const values = {
        id: `${id}-${credentialKind}`,
        deviceId: id,
        kind: credentialKind,
        hash,
        createdAt: 1,
      };
      db().insert(deviceCredentials).values(values).run();
    }
    return { id, token, secret };
  }

  const revoke = (credentialId: string) =>
    db().$client.prepare("UPDATE device_credentials SET revoked_at = 2 WHERE id = ?").run(credentialId);

  async function start(options: StartOptions = {}) {
    const config = readConfig(brokerConfig, { ...environment, ...settings });
    broker = await startBroker(config, { log: silent, ...options });
    return broker;
  }
  async function stop() {
    await broker?.stop();
    broker = null;
  }
  const port = () => broker!.mqttPort;
  const url = () => `mqtt://127.0.0.1:${broker!.mqttPort}`;
  const wsPort = () => broker!.wsPort;
  const wsUrl = () => `ws://127.0.0.1:${broker!.wsPort}/mqtt`;

  /** Rejects where the broker refuses: the error's `code` is the return code of the CONNACK. */
  async function connect(options: IClientOptions, to = url()) {
    const client = await connectAsync(to, { reconnectPeriod: 0, ...options }, false);
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  }

  /** Collects messages from its first packet on: what a stored session holds is sent right after the CONNACK. */
  async function connectListening(options: IClientOptions, to = url()) {
    const client = mqttConnect(to, { reconnectPeriod: 0, ...options });
    const got: string[] = [];
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => got.push(`${topic} ${payload}`));
    clients.push(client);
    await new Promise((resolve) => client.once("connect", resolve));
    return { client, got };
  }

  function records(): UplinkRecord[] {
    const reader = openSqliteReader(join(dataDir, "uplink.db"));
    const all: UplinkRecord[] = [];
    for (let entries = reader.read(0); entries.length > 0; entries = reader.read(entries.at(-1)!.seq)) {
      for (const { bytes } of entries) all.push(decodeUplink(bytes));
    }
    reader.close();
    return all;
  }
  const messages = () => records().flatMap((record) => (record.kind === "message" ? [record] : []));
  const presence = () =>
    records().flatMap((record) => (record.kind === "presence" ? [`${record.deviceId} ${record.event}`] : []));

  async function door(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${loopbackSecret(dataDir)}` };
    return fetch(`http://127.0.0.1:${findDoor(dataDir, "broker")}${path}`, { headers });
  }
  /** The value of a metric, given as it is printed: name with labels. */
  async function metric(line: string): Promise<number> {
    const text = await (await door("/metrics")).text();
    const found = text.split("\n").find((candidate) => candidate.startsWith(`millwright_broker_${line} `));
    return found === undefined ? 0 : Number(found.split(" ").at(-1));
  }

  async function end() {
    for (const client of clients) client.end(true);
    await stop();
    opened?.$client.close();
    rmSync(dataDir, { recursive: true, force: true });
  }

  const read = { records, messages, presence, door, metric };
  return {
    dataDir,
    db,
    addDevice,
    revoke,
    start,
    stop,
    port,
    url,
    wsPort,
    wsUrl,
    connect,
    connectListening,
    end,
    ...read,
  };
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const closed = (client: MqttClient) =>
  new Promise<void>((resolve) =>
    client.connected || !client.disconnected ? client.once("close", () => resolve()) : resolve(),
  );
