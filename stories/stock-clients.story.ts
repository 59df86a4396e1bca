import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_RIG } from "./support/models.ts";
import { addMachine, install, type Machine } from "./support/plant.ts";
import { type Product, startProduct } from "./support/product.ts";
import { available, command, MOSQUITTO, PAHO } from "./support/tools.ts";
import { until } from "./support/wait.ts";

/** Firmware that nobody here wrote: stock MQTT clients sign in, publish every payload form, and are refused what is not theirs. */
type Latest = { values: { tag: string; value: number; unit: string; time: number; quality: string }[] };

describe.skipIf(!available(MOSQUITTO, PAHO))("stock clients", () => {
  let product: Product;
  let machine: Machine;
  let other: Machine;

  beforeAll(async () => {
    product = await startProduct();
    machine = await install(product.admin, { customer: "Northwind Water", model: TEST_RIG, asset: "Pump 3" });
    other = await addMachine(product.admin, { ...machine, name: "Pump 4" });
  });
  afterAll(() => product?.stop());

  const publish = (topic: string, message: string, token = machine.token, ...more: string[]) =>
    command("mosquitto_pub", [
      ...[
        "-h",
        "127.0.0.1",
        "-p",
        String(product.mqttPort),
        "-u",
        token,
        "-q",
        "1",
        "-t",
        topic,
        "-m",
        message,
      ],
      ...more,
    ]);

  const latest = async (tag: string, asset = machine.assetId) =>
    (await product.admin.get<Latest>(`/assets/${asset}/latest`)).values.find((v) => v.tag === tag);

  const shows = (tag: string, value: number, asset = machine.assetId) =>
    until(
      `${tag} = ${value}`,
      async () => (await latest(tag, asset))?.value === value && (await latest(tag, asset)),
    );

  it("mosquitto_pub publishes values alone, with a time stamp, and in arrays", async () => {
    const topic = "v1/devices/me/telemetry";
    const ts = Date.now();
    expect(await publish(topic, '{"pressure":5.25}')).toEqual({ code: 0, output: "" });
    expect(await shows("pressure", 5.25)).toMatchObject({ unit: "bar", quality: "good" });

    expect(
      (await publish(topic, JSON.stringify({ ts: ts + 60_000, values: { pressure: 5.5, flow: 40 } }))).code,
    ).toBe(0);
    expect(await shows("pressure", 5.5)).toMatchObject({ time: ts + 60_000 });
    await shows("flow", 40);

    const array = [
      { ts: ts + 62_000, values: { pressure: 5.7 } },
      { ts: ts + 61_000, values: { pressure: 5.6 } },
    ];
    expect((await publish(topic, JSON.stringify(array))).code).toBe(0);
    expect(await shows("pressure", 5.7)).toMatchObject({ time: ts + 62_000 });

    expect((await publish(topic, '[{"flow":41},{"flow":42}]')).code).toBe(0);
    await until("flow 41 or 42", async () => ((await latest("flow"))?.value ?? 0) >= 40);
  });

  it("a refused sign-in says so and a foreign topic closes the connection", async () => {
    const wrong = await publish("v1/devices/me/telemetry", '{"pressure":1}', "not-a-token");
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toMatch(/not authorised|refused/i);

    const before = (await product.admin.get<{ items: unknown[] }>("/rejected-messages")).items.length;
    const foreign = await publish(`v1/devices/${other.deviceId}/telemetry`, '{"pressure":9.9}');
    expect(foreign.code).not.toBe(0);
    await product.settled();
    expect(await latest("pressure", other.assetId)).toBeUndefined();
    expect((await product.admin.get<{ items: unknown[] }>("/rejected-messages")).items.length).toBe(before);
  });

  it("mosquitto_sub is denied what is not its own and granted its own commands", async () => {
    const subscribe = (topic: string) =>
      command("mosquitto_sub", [
        ...[
          "-h",
          "127.0.0.1",
          "-p",
          String(product.mqttPort),
          "-u",
          machine.token,
          "-q",
          "1",
          "-t",
          topic,
          "-W",
          "2",
          "-d",
        ],
      ]);
    for (const topic of [
      "#",
      "v1/devices/+/telemetry",
      "$SYS/#",
      `v1/devices/${other.deviceId}/rpc/request/+`,
    ]) {
      const { output } = await subscribe(topic);
      expect(output, topic).toMatch(/denied|Subscribed \(mid: \d+\): 128/);
    }
    const own = await subscribe("v1/devices/me/rpc/request/+");
    expect(own.output).toMatch(/Subscribed \(mid: \d+\): [01]/);
  });

  it("a will on a foreign topic is refused at CONNECT", async () => {
    const refused = await publish(
      "v1/devices/me/telemetry",
      '{"pressure":2}',
      machine.token,
      "--will-topic",
      "v1/devices/x/telemetry",
    );
    expect(refused.code).not.toBe(0);
    const own = ["--will-topic", "v1/devices/me/attributes", "--will-payload", '{"state":"lost"}'];
    expect((await publish("v1/devices/me/telemetry", '{"pressure":2.5}', machine.token, ...own)).code).toBe(
      0,
    );
  });

  it("what cannot be understood is acknowledged, kept with its reason, and shown", async () => {
    expect((await publish("v1/devices/me/telemetry", '{"pressure": nonsense')).code).toBe(0);
    const item = await until("the rejected message", async () =>
      (
        await product.admin.get<{
          items: { deviceId: string; reason: string; payload: string; topic: string }[];
        }>("/rejected-messages")
      ).items.find((m) => m.payload.includes("nonsense")),
    );
    expect(item).toMatchObject({ deviceId: machine.deviceId, topic: "v1/devices/me/telemetry" });
    expect(item.reason).not.toBe("");
  });

  it("paho signs in, publishes every form and learns what it may not subscribe", async () => {
    const script = `
import json, sys, time
import paho.mqtt.client as mqtt
port, token, ts = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = {}
c = mqtt.Client(client_id="", clean_session=True)
c.username_pw_set(token)
c.on_connect = lambda c, u, f, rc: seen.update(rc=rc)
c.on_subscribe = lambda c, u, mid, q: seen.setdefault("granted", []).append(q[0])
c.connect("127.0.0.1", port, 20)
c.loop_start()
for form in ({"flow": 11}, {"ts": ts + 1, "values": {"flow": 12}}, [{"ts": ts + 3, "values": {"flow": 14}}, {"ts": ts + 2, "values": {"flow": 13}}]):
    info = c.publish("v1/devices/me/telemetry", json.dumps(form), qos=1)
    info.wait_for_publish(10)
    seen.setdefault("acked", []).append(info.is_published())
for topic in ("v1/devices/me/rpc/request/+", "#", "v1/gateway/rpc"):
    c.subscribe(topic, 1)
    time.sleep(0.3)
c.loop_stop()
c.disconnect()
print(json.dumps(seen))
`;
    const ts = Date.now() + 120_000;
    const ran = await command(
      "/usr/bin/python3",
      ["-c", script, String(product.mqttPort), other.token, String(ts)],
      { timeoutMs: 30_000 },
    );
    expect(JSON.parse(ran.output)).toEqual({ rc: 0, acked: [true, true, true], granted: [1, 128, 128] });
    expect(await shows("flow", 14, other.assetId)).toMatchObject({ time: ts + 3 });
    await product.settled();
    const series = await product.admin.get<{ series: { points: { count: number }[] }[] }>(
      `/assets/${other.assetId}/series?tags=flow&from=${ts}&to=${ts + 10}&buckets=10`,
    );
    expect(series.series[0]?.points.reduce((sum, p) => sum + p.count, 0)).toBe(3);
  });
});
