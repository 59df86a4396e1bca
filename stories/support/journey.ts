import mqtt from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Api } from "./api.ts";
import { TEST_RIG } from "./models.ts";
import { install, type Machine, ticketsOf } from "./plant.ts";
import { type Product, startProduct } from "./product.ts";
import { until } from "./wait.ts";

/** One reading's journey through the real processes: device → broker → store → finding → ticket on the owner's account. */
export function journeyRules(environment: () => NodeJS.ProcessEnv): void {
  let product: Product;
  let machine: Machine;
  let stranger: Machine;
  let owner: Api;
  let other: Api;
  const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;

  beforeAll(async () => {
    product = await startProduct(environment());
    machine = await install(product.admin, {
      customer: "Northwind Water",
      model: TEST_RIG,
      asset: "Booster pump",
    });
    stranger = await install(product.admin, {
      customer: "Other Dairy",
      model: { ...TEST_RIG, key: "RIG-2" },
      asset: "Chiller",
    });
    owner = await product.customer(machine.customerId);
    other = await product.customer(stranger.customerId);
  });
  afterAll(() => product?.stop());

  const send = async (readings: { ts: number; values: Record<string, number> }[]) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${product.mqttPort}`, {
      username: machine.token,
    });
    await client.publishAsync("v1/devices/me/telemetry", JSON.stringify(readings), { qos: 1 });
    await client.endAsync();
  };
  type Series = {
    series: {
      tag: string;
      unit: string;
      points: { time: number; min: number; max: number; mean: number; last: number; count: number }[];
    }[];
  };
  const series = (api: Api, buckets: number) =>
    api.get<Series>(
      `/assets/${machine.assetId}/series?tags=pressure&from=${startMs}&to=${startMs + 120_000}&buckets=${buckets}`,
    );

  it("stores each reading once and answers with buckets", async () => {
    const readings = Array.from({ length: 120 }, (_, i) => ({
      ts: startMs + i * 1000,
      values: { pressure: 5 + (i % 10) / 10 },
    }));
    await send(readings);
    await send(readings.slice(20, 40).reverse()); // again and out of order
    await product.settled();
    const { series: found } = await series(owner, 2);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ tag: "pressure", unit: "bar" });
    const points = found[0]!.points;
    expect(points.map((p) => [p.time, p.count, p.min, p.max, p.last])).toEqual([
      [startMs, 60, 5, 5.9, 5.9],
      [startMs + 60_000, 60, 5, 5.9, 5.9],
    ]);
    expect(points[0]!.mean).toBeCloseTo(5.45, 6);
  });

  it("opens one ticket on the owner's account, and nobody else's", async () => {
    await send([
      { ts: startMs + 130_000, values: { pressure: 8.4 } },
      { ts: startMs + 131_000, values: { pressure: 8.5 } },
    ]);
    const [ticket] = await until("the ticket", async () => {
      const tickets = await ticketsOf(owner, machine.assetId);
      return tickets.length > 0 && tickets;
    });
    expect(ticket).toMatchObject({
      assetId: machine.assetId,
      customerId: machine.customerId,
      alarmType: "pressure:high",
      priority: 2,
      state: "new",
    });
    expect(ticket!.openedAt).toBe(startMs + 130_000);
    await send([
      { ts: startMs + 130_000, values: { pressure: 8.4 } },
      { ts: startMs + 132_000, values: { pressure: 8.6 } },
    ]);
    await product.settled();
    expect(await ticketsOf(owner, machine.assetId)).toHaveLength(1);

    expect(await other.status("GET", `/tickets/${ticket!.id}`)).toBe(404);
    expect(await other.status("GET", `/assets/${machine.assetId}`)).toBe(404);
    expect(await ticketsOf(other, machine.assetId)).toHaveLength(0);
    expect(await other.status("GET", `/assets/${machine.assetId}/latest`)).toBe(404);
  });

  it("follows the alarm: escalates at high-high, then monitors when it clears", async () => {
    await send([{ ts: startMs + 140_000, values: { pressure: 9.5 } }]);
    await until("priority 1", async () => (await ticketsOf(owner, machine.assetId))[0]?.priority === 1);
    await send([
      { ts: startMs + 150_000, values: { pressure: 5 } },
      { ts: startMs + 151_000, values: { pressure: 5.1 } },
    ]);
    await until(
      "monitoring",
      async () => (await ticketsOf(owner, machine.assetId))[0]?.state === "monitoring",
    );
    await send([{ ts: startMs + 160_000, values: { pressure: 8.8 } }]);
    const tickets = await until("the same ticket again", async () => {
      const found = await ticketsOf(owner, machine.assetId);
      return found[0]?.state !== "monitoring" && found;
    });
    expect(tickets).toHaveLength(1);
  });
}
