import { provisioningKeys } from "@millwright/shared/db/schema";
import { jsonAnswer, serveLoopback } from "@millwright/shared/loopback";
import {
  type ProvisionErrand,
  type ProvisionResponse,
  provisionErrandSchema,
} from "@millwright/shared/wire/provisioning";
import { PROVISION_REQUEST, PROVISION_RESPONSE, TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closed, testBed, until } from "./testing/test-bed.ts";

const SUCCESS: ProvisionResponse = {
  status: "SUCCESS",
  credentialsType: "ACCESS_TOKEN",
  credentialsValue: "t0ken",
};
const REQUEST = { deviceName: "P-1", provisionDeviceKey: "k", provisionDeviceSecret: "s" };
const provision = { username: "provision" };

let bed: ReturnType<typeof testBed>;
let door: { close(): Promise<void> } | null;
let errands: ProvisionErrand[];
let answer: ProvisionResponse;
beforeEach(() => {
  bed = testBed();
  door = null;
  errands = [];
  answer = SUCCESS;
});
afterEach(async () => {
  await door?.close();
  await bed.end();
});

/** The portal's side, played: it notes what it is asked and answers `answer`. */
async function openPortal() {
  door = await serveLoopback(
    bed.dataDir,
    "portal",
    ({ body }) => {
      errands.push(provisionErrandSchema.parse(JSON.parse(body)));
      return jsonAnswer(answer);
    },
    (error) => {
      throw error;
    },
  );
}

/** A key that lives for a minute, so that the broker lets factory images in at all. */
function addKey(expiresAt = Date.now() + 60_000) {
  const db = bed.db();
  db.$client.exec(`INSERT OR IGNORE INTO customers VALUES ('c', 'C', 1);
    INSERT OR IGNORE INTO models (id, key, name, failure_modes, created_at) VALUES ('m', 'm', 'M', '[]', 1);
    INSERT OR IGNORE INTO sites (id, customer_id, name, time_zone, created_at) VALUES ('s', 'c', 'S', 'UTC', 1);`);
  const bound = { modelId: "m", customerId: "c", siteId: "s" };
  const key = { id: "prk", key: "k", secretHash: "00", name: "K", uses: 1, expiresAt, createdAt: 1 };
  db.insert(provisioningKeys)
    .values({ ...key, ...bound, createdBy: "T" })
    .run();
}

/** Subscribes, asks and waits for the answer, as firmware does. */
async function register(request: unknown, url = bed.url()) {
  const client = await bed.connect(provision, url);
  const answered = new Promise<ProvisionResponse>((resolve) =>
    client.on("message", (topic, payload) => {
      expect(topic).toBe(PROVISION_RESPONSE);
      resolve(JSON.parse(payload.toString()));
    }),
  );
  await client.subscribeAsync(PROVISION_RESPONSE, { qos: 1 });
  const payload = typeof request === "string" ? request : JSON.stringify(request);
  await client.publishAsync(PROVISION_REQUEST, payload, { qos: 1 });
  return { client, response: await answered };
}

test("a factory image asks the portal and gets its answer, over TCP and WebSocket, and leaves no trace", async () => {
  addKey();
  await openPortal();
  await bed.start();
  for (const url of [bed.url(), bed.wsUrl()]) {
    const { response, client } = await register({ ...REQUEST, unknown: 1 }, url);
    expect(response).toEqual(SUCCESS);
    await client.endAsync();
  }
  expect(errands[0]).toEqual({
    request: { ...REQUEST, credentialsType: "ACCESS_TOKEN" },
    certificate: null,
    address: "127.0.0.1",
  });
  expect(bed.records()).toEqual([]);
  expect(await bed.metric('provisioning_total{reason="success"}')).toBe(2);
});

test("its connection does nothing else, and is closed after the answer", async () => {
  addKey();
  await openPortal();
  await bed.start();
  const filters = [
    "#",
    "/provision/#",
    "/provision/+",
    PROVISION_REQUEST,
    TELEMETRY,
    "v1/devices/me/rpc/request/+",
  ];
  const client = await bed.connect(provision);
  const granted = await new Promise<number[]>((resolve) => {
    client.on("packetreceive", (packet) => packet.cmd === "suback" && resolve(packet.granted as number[]));
    client.subscribe([...filters, PROVISION_RESPONSE], { qos: 1 }, () => undefined);
  });
  expect(granted).toEqual([...filters.map(() => 128), 1]);
  for (const topic of [TELEMETRY, PROVISION_RESPONSE, "/provision/request/x"]) {
    const other = await bed.connect(provision);
    const gone = closed(other);
    other.publish(topic, "{}", { qos: 1 });
    await gone;
  }
  const will = { topic: PROVISION_REQUEST, payload: Buffer.from("x"), qos: 1 as const, retain: false };
  await expect(bed.connect({ ...provision, will })).rejects.toMatchObject({ code: 5 });
  const asking = await register(REQUEST);
  await closed(asking.client);
  const device = bed.addDevice("d1");
  const ordinary = await bed.connect({ username: device.token });
  const gone = closed(ordinary);
  ordinary.publish(PROVISION_REQUEST, JSON.stringify(REQUEST), { qos: 1 });
  await gone;
  expect(errands).toHaveLength(1);
  expect(bed.messages()).toEqual([]);
});

test("one's answer reaches nobody else, not even under the same client id", async () => {
  addKey();
  await openPortal();
  await bed.start();
  const eavesdropper = await bed.connect({ ...provision, clientId: "image" });
  const heard: string[] = [];
  eavesdropper.on("message", (_topic, payload) => heard.push(payload.toString()));
  await eavesdropper.subscribeAsync(PROVISION_RESPONSE, { qos: 1 });
  await register(REQUEST);
  const same = await bed.connect({ ...provision, clientId: "image" });
  expect([same.connected, eavesdropper.connected, heard]).toEqual([true, true, []]);
});

test("without a key that may be used there is no way in", async () => {
  await openPortal();
  bed.db();
  await bed.start();
  await expect(bed.connect(provision)).rejects.toMatchObject({ code: 5 });
  addKey(Date.now() - 1);
  await expect(bed.connect(provision)).rejects.toMatchObject({ code: 5 });
  bed
    .db()
    .$client.prepare("UPDATE provisioning_keys SET expires_at = ?")
    .run(Date.now() + 60_000);
  await bed.connect(provision);
  await expect(bed.connect({ ...provision, password: "x" })).rejects.toMatchObject({ code: 5 });
  bed.db().$client.prepare("UPDATE provisioning_keys SET revoked_at = 1").run();
  await expect(bed.connect(provision)).rejects.toMatchObject({ code: 5 });
});

test("while the portal is away it says later; what is no request is told so without the portal", async () => {
  addKey();
  await bed.start();
  expect((await register(REQUEST)).response).toMatchObject({ status: "FAILURE", errorMsg: /later/ });
  await openPortal();
  const { provisionDeviceKey: _, ...incomplete } = REQUEST;
  for (const [request, sentence] of [
    ["no json", /not JSON/],
    ["[]", /not a JSON object/],
    [incomplete, /^provisionDeviceKey is missing/],
    [{ ...REQUEST, deviceName: "a\u0000b" }, /^deviceName/],
    [{ ...REQUEST, deviceName: "x".repeat(20_000) }, /too large/],
  ] as const)
    expect((await register(request)).response).toMatchObject({ status: "FAILURE", errorMsg: sentence });
  expect(errands).toEqual([]);
  expect(await bed.metric('provisioning_total{reason="malformed"}')).toBe(5);
  expect(await bed.metric('provisioning_total{reason="later"}')).toBe(1);
});

test("a refusal takes the same time whatever was wrong, and longer after many", async () => {
  await bed.end();
  bed = testBed({ MQTT_MAX_FAILED_SIGN_INS: "3" });
  addKey();
  await openPortal();
  await bed.start();
  answer = { status: "NOT_FOUND", errorMsg: "Provision data was not found!" };
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    expect((await register(REQUEST)).response.status).toBe("NOT_FOUND");
    took.push(performance.now() - began);
  }
  expect(Math.min(...took)).toBeGreaterThanOrEqual(249);
  expect(took[4]!).toBeGreaterThan(250 + 199);
  await until(
    async () => (await bed.metric('limits_reached_total{reason="failed-sign-ins"}')) === 2,
    "counted",
  );
});
