import { askLoopback } from "@millwright/shared/loopback";
import { CREDENTIAL_USE_PATH } from "@millwright/shared/wire/credential-use";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closed, testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

const run = (sql: string, ...values: unknown[]) =>
  bed
    .db()
    .$client.prepare(sql)
    .run(...values);

test("a replaced credential works beside the new one until its end, then its connection is cut by itself", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const old = await bed.connect({ username: device.token });
  const next = await bed.connect({ username: device.id, password: device.secret });
  const endsAt = Date.now() + 700;
  run("UPDATE device_credentials SET ends_at = ? WHERE id = 'd1-token'", endsAt);
  await old.publishAsync(TELEMETRY, "{}", { qos: 1 });
  await (await bed.connect({ username: device.token })).endAsync();
  await closed(old);
  const late = Date.now() - endsAt;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(1_000);
  await expect(bed.connect({ username: device.token })).rejects.toMatchObject({ code: 5 });
  expect(next.connected).toBe(true);
});

test("an end that is taken back, or comes while nobody is connected, cuts nobody else", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const client = await bed.connect({ username: device.token });
  run("UPDATE device_credentials SET ends_at = ? WHERE id = 'd1-token'", Date.now() + 300);
  run("UPDATE device_credentials SET ends_at = NULL WHERE id = 'd1-token'");
  run("UPDATE device_credentials SET ends_at = ? WHERE id = 'd1-secret'", Date.now() + 300);
  await until(
    () =>
      bed.connect({ username: device.id, password: device.secret }).then(
        (c) => !c.end(true),
        () => true,
      ),
    "the secret has ended",
  );
  await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
});

test.each(["tcp", "websocket"])(
  "revoking cuts a token and a secret over %s within a second",
  async (over) => {
    const device = bed.addDevice("d1");
    await bed.start();
    const url = over === "tcp" ? bed.url() : bed.wsUrl();
    for (const [id, identity] of [
      ["d1-token", { username: device.token }],
      ["d1-secret", { username: device.id, password: device.secret }],
    ] as const) {
      const client = await bed.connect(identity, url);
      const gone = closed(client);
      const began = Date.now();
      bed.revoke(id);
      await gone;
      expect(Date.now() - began).toBeLessThan(1_000);
      await expect(bed.connect(identity, url)).rejects.toMatchObject({ code: 5 });
    }
    expect(await bed.metric("revoked_connections_total")).toBe(2);
  },
);

test("a user name that firmware chose is taken with its password, and the device id no longer", async () => {
  const device = bed.addDevice("d1");
  run("UPDATE device_credentials SET username = 'pump-3' WHERE id = 'd1-secret'");
  await bed.start();
  await bed.connect({ username: "pump-3", password: device.secret });
  for (const [username, password] of [
    [device.id, device.secret],
    ["pump-3", device.token],
    ["pump-4", device.secret],
  ])
    await expect(bed.connect({ username: username!, password: password! })).rejects.toMatchObject({
      code: 5,
    });
});

test("tells when each credential was last used, over a restart too, and nothing of those never used", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const began = Date.now();
  const client = await bed.connect({ username: device.token });
  const ask = async () =>
    (await askLoopback(
      bed.dataDir,
      "broker",
      CREDENTIAL_USE_PATH,
      ["d1-token", "d1-secret"],
      1_000,
    )) as Record<string, { lastUsedAt: number; connections: number }>;
  expect(await ask()).toEqual({ "d1-token": { lastUsedAt: expect.any(Number), connections: 1 } });
  await client.endAsync();
  await until(async () => (await ask())["d1-token"]!.connections === 0, "the connection has ended");
  await bed.stop();
  await bed.start();
  const { lastUsedAt } = (await ask())["d1-token"]!;
  expect(lastUsedAt).toBeGreaterThanOrEqual(began);
  expect(Object.keys(await ask())).toEqual(["d1-token"]);
});

test("a database of the version before is waited for, as one that is not there", async () => {
  const device = bed.addDevice("d1");
  bed
    .db()
    .$client.exec(
      `DROP INDEX device_credentials_username; ALTER TABLE device_credentials DROP COLUMN username`,
    );
  await bed.start();
  await expect(bed.connect({ username: device.token })).rejects.toMatchObject({ code: 3 });
});
