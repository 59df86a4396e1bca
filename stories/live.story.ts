import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GATEWAY_GAP, QUICK_PLAYED_MS, quick } from "../device-sim/scenarios/quick.ts";
import { type Product, startProduct } from "./support/product.ts";
import { type QuickPlant, startQuickPlant } from "./support/quick-plant.ts";
import { until } from "./support/wait.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Readings of the quick plant's machines come every two seconds. */
const STEP_MS = 2 * SECOND;

/** The stories that happen while one watches, in the real processes, from the device to the ticket. */
describe("live", { timeout: 240_000 }, () => {
  let product: Product;
  let plant: QuickPlant;

  beforeAll(async () => {
    product = await startProduct({ OFFLINE_AFTER_S: "20" });
    plant = await startQuickPlant(product);
  }, 120_000);
  afterAll(async () => {
    await plant?.fleet.stop();
    await product?.stop();
  });

  const ticketOf = (serial: string, alarmType: string) =>
    until(
      `the ticket ${alarmType} of ${serial}`,
      async () => (await plant.tickets(serial)).find((t) => t.alarmType === alarmType),
      120_000,
    );
  const expected = (story: string) => {
    const found = quick.expectations.find((e) => e.story === story);
    if (!found || "none" in found) throw new Error(`${story} expects no ticket`);
    return found;
  };
  const meets = (ticket: { openedAt: number; priority: number; customerId: string }, story: string) => {
    const { customer, fromMs, toMs, priority } = expected(story);
    expect(ticket).toMatchObject({ priority, customerId: plant.id(`customer:${customer}`) });
    expect((ticket.openedAt - plant.t0) / MINUTE).toBeGreaterThanOrEqual(fromMs / MINUTE);
    expect((ticket.openedAt - plant.t0) / MINUTE).toBeLessThanOrEqual(toMs / MINUTE);
  };
  /** Every reading of the stretch is there once. */
  const complete = (serial: string, tag: string, fromMs: number, toMs: number) =>
    until(
      `every reading of ${serial}, once`,
      async () => {
        const { count } = await plant.series(serial, tag, plant.t0 + fromMs, plant.t0 + toMs);
        if (count > (toMs - fromMs) / STEP_MS) throw new Error(`${count} readings: doubled`);
        if (count < (toMs - fromMs) / STEP_MS) throw new Error(`only ${count} readings`);
        return true;
      },
      60_000,
    );

  // First, since it has to be looked at while it lasts.
  it("D11: a gateway that goes down is one incident, its machines unknown; then all of it arrives", async () => {
    const behind = ["D11-1", "D11-2", "D11-3"];
    const all = async () => (await Promise.all(behind.map((serial) => plant.tickets(serial)))).flat();
    const there = async () => {
      const found: string[] = [];
      for (const serial of ["GW-S4", ...behind]) {
        const path = `/devices/${plant.id(`device:${serial}`)}/status`;
        const { connected } = await plant.staffPage<{ connected: boolean }>(path);
        if (connected) found.push(serial);
      }
      return found;
    };
    const [ticket] = await until(
      "the gateway's incident",
      async () => {
        const found = await all();
        return found.length > 0 && found;
      },
      120_000,
    );
    expect(ticket).toMatchObject({
      alarmType: "gateway:offline",
      title: "Gateway GW-S4 offline: 3 machines unknown",
    });
    meets(ticket!, "D11");
    expect(await there()).toEqual([]);
    await until("monitoring", async () => (await all())[0]?.state === "monitoring", 90_000);
    const gapMs = GATEWAY_GAP.fromMs;
    for (const [i, serial] of behind.entries())
      await complete(serial, i < 2 ? "fad" : "flow", gapMs - 11 * SECOND, GATEWAY_GAP.untilMs);
    expect(await all()).toHaveLength(1);
    expect(await there()).toEqual(["GW-S4", ...behind]);
  });

  it("X9: a device in a brown-out loop is one ticket, and loses nothing", async () => {
    const ticket = await ticketOf("X9", "device:flapping");
    meets(ticket, "X9");
    expect(ticket).toMatchObject({ title: "River pump 3: device keeps reconnecting" });
  });

  it("D2: a clogging strainer is one urgent ticket, under watch once the customer has cleaned it", async () => {
    meets(await ticketOf("D2", "p_suction:low"), "D2");
    const ticket = await until(
      "monitoring",
      async () => (await plant.tickets("D2")).find((t) => t.state === "monitoring"),
      60_000,
    );
    expect(await plant.tickets("D2")).toHaveLength(1);
    const move = (body: object) => product.admin.post(`/tickets/${ticket.id}/moves`, body);
    await move({ to: "resolved", disposition: "customer-caused", resolution: "Strainer cleaned." });
    await move({ to: "closed" });
    expect(await plant.tickets("D2")).toMatchObject([{ state: "closed" }]);
  });

  it("X4: an open circuit is a medium ticket for the sensor, and no limit alarm", async () => {
    const ticket = await ticketOf("X4", "t_winding:out-of-span");
    meets(ticket, "X4");
    expect(ticket.title).toBe("Sensor Motor winding temperature is outside its range");
    expect((await plant.alarms("X4")).map((alarm) => alarm.type)).toEqual(["t_winding:out-of-span"]);
  });

  it("D15: a frozen sensor is a ticket of the new owner; the earlier one sees nothing of it", async () => {
    const ticket = await ticketOf("D15", "dp_inlet:flat-line");
    meets(ticket, "D15");
    expect(ticket.title).toBe("Sensor Inlet filter differential pressure frozen");
    const [owner, earlier] = [await plant.as("C3"), await plant.as("C2")];
    expect(await owner.status("GET", `/tickets/${ticket.id}`)).toBe(200);
    expect(await earlier.status("GET", `/tickets/${ticket.id}`)).toBe(404);
    expect(await earlier.status("GET", `/assets/${plant.id("asset:D15")}`)).toBe(404);
  });

  it("X3: spikes are bad and hidden from the limit; many are shown as an alarm without a ticket", async () => {
    const alarms = await until(
      "the spikes alarm",
      async () => {
        const found = await plant.alarms("X3");
        return found.length > 0 && found;
      },
      60_000,
    );
    expect(alarms).toMatchObject([{ type: "p_discharge:spikes", priority: 4, ticketId: null }]);
    const { max } = await plant.series("X3", "p_discharge", plant.t0, Date.now());
    expect(max, "what is beyond the span is left out").toBeLessThan(6.5);
    expect(await plant.tickets("X3")).toEqual([]);
  });

  it("D18: a gap is filled, repeated and disordered messages are each stored once", async () => {
    await until("the play to end", () => Date.now() > plant.t0 + QUICK_PLAYED_MS + 30 * SECOND, 60_000);
    await complete("D18", "power", 20 * SECOND, 8 * MINUTE);
    await complete("X9", "power", 20 * SECOND, 8 * MINUTE);
    expect(await plant.alarms("D18")).toEqual([]);
  });

  it("D17: a clock seven minutes ahead is shown, its samples are uncertain, and no ticket comes of it", async () => {
    const path = `/devices/${plant.id("device:D17")}/status`;
    const skew = await until(
      "the clock's error",
      async () => (await plant.staffPage<{ clockSkewMs: number | null }>(path)).clockSkewMs,
      120_000,
    );
    expect(Math.abs(skew - 7 * MINUTE)).toBeLessThan(5 * SECOND);
    type Latest = { values: { tag: string; quality: string; note: string | null }[] };
    const { values } = await product.admin.get<Latest>(`/assets/${plant.id("asset:D17")}/latest`);
    expect(values.find(({ tag }) => tag === "flow")).toMatchObject({
      quality: "uncertain",
      note: "clock-ahead",
    });
    expect(await plant.alarms("D17")).toEqual([]);
  });

  it("nothing else was said, to anybody", async () => {
    const wanted = quick.expectations.flatMap((e) => ("none" in e ? [] : [e.alarmType])).sort();
    const tickets = await product.admin.all<{ alarmType: string }>("/tickets?state=all");
    expect(tickets.map((t) => t.alarmType).sort()).toEqual(wanted);
    for (const customer of ["C1", "C2", "C3"]) {
      const own = await (await plant.as(customer)).all<{ customerId: string }>("/tickets?state=all");
      const due = quick.expectations.filter((e) => !("none" in e) && e.customer === customer);
      expect(own.map((t) => t.customerId)).toEqual(due.map(() => plant.id(`customer:${customer}`)));
    }
  });
});
