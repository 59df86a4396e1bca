import type { UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { describe, expect, it } from "vitest";
import { model, tag, understand } from "./testing/plant.ts";
import { memoryCatalog, telemetry } from "./testing/ports.ts";

const T0 = 1_790_000_000_000;
const S = 1_000;
const MIN = 60 * S;
const DAY = 1_440 * MIN;
const PUMP = model([tag("p", { limits: { high: 80 }, resolution: 0.1 })]);

/** Ten devices with clocks of their own that are right, and a server whose clock is off by `offMs` from each step on. */
function run(steps: readonly { minutes: number; offMs: number; silent?: string }[], stamped = true) {
  const ids = Array.from({ length: 10 }, (_, i) => `d${i}`);
  const one = understand(memoryCatalog(ids.map((id) => ({ id, model: PUMP }))));
  let true_ = T0;
  for (const { minutes, offMs, silent } of steps) {
    for (const end = true_ + minutes * MIN; true_ < end; true_ += 10 * S) {
      for (const id of ids) {
        if (id === silent) continue;
        const values = { p: 20 + ((true_ / S) % 7) / 10 };
        one.handle(telemetry(id, true_ + offMs, stamped ? { ts: true_, values } : values));
      }
      one.tick(true_ + offMs + 5 * S);
    }
  }
  return one;
}
const said = ({ findings }: ReturnType<typeof run>, type: string) =>
  findings.filter((f) => f.alarmType === type).map((f) => `${f.deviceId} ${f.kind}`);

describe("the server's clock is set", () => {
  it.each([10 * DAY, -10 * DAY])(
    "by %d ms and back: no device is offline, each says once that clocks differ",
    (offMs) => {
      const one = run([
        { minutes: 10, offMs: 0 },
        { minutes: 20, offMs },
        { minutes: 10, offMs: 0 },
      ]);
      expect(said(one, "device:offline")).toEqual([]);
      expect(said(one, "device:clock").filter((words) => words.startsWith("d3"))).toEqual([
        "d3 raised",
        "d3 cleared",
      ]);
      expect(new Set(one.findings.map((f) => f.alarmType))).toEqual(new Set(["device:clock"]));
    },
  );

  it("back: who falls silent then is still found, after its own time", () => {
    const one = run([
      { minutes: 10, offMs: 10 * DAY },
      { minutes: 4, offMs: 0 },
      { minutes: 10, offMs: 0, silent: "d5" },
    ]);
    expect(said(one, "device:offline")).toEqual(["d5 raised"]);
    const { at, onset } = one.findings.find((f) => f.alarmType === "device:offline")!;
    expect(at - onset).toBe(5 * MIN);
    expect(Math.abs(onset - (T0 + 14 * MIN))).toBeLessThan(MIN);
  });

  it("back: readings without a time of their own get the time it is now", () => {
    const one = run(
      [
        { minutes: 10, offMs: 10 * DAY },
        { minutes: 10, offMs: 0 },
      ],
      false,
    );
    expect(one.samples.at(-1)!.at).toBe(T0 + 20 * MIN - 10 * S);
  });

  it("back while connects are remembered: nothing flaps, and what flapped is over after its ten minutes", () => {
    const one = understand(memoryCatalog([{ id: "d0", model: PUMP }]));
    const connect = (receivedAt: number): UplinkRecord => ({
      kind: "presence",
      receivedAt,
      deviceId: "d0",
      event: "connected",
    });
    for (let i = 0; i < 12; i++) one.handle(connect(T0 + 10 * DAY + i * S));
    expect(said(one, "device:flapping")).toEqual(["d0 raised"]);
    for (let i = 0; i < 3; i++) one.handle(connect(T0 + i * S));
    expect(said(one, "device:flapping")).toEqual(["d0 raised"]);
    one.tick(T0 + 11 * MIN);
    expect(said(one, "device:flapping")).toEqual(["d0 raised", "d0 cleared"]);
  });

  it("by a few seconds is waited out: readings without a time never share one", () => {
    const one = understand(memoryCatalog([{ id: "d0", model: PUMP }]));
    for (let i = 0; i < 100; i++) one.handle(telemetry("d0", T0 - i * 100, { p: 20 + (i % 3) }));
    expect(new Set(one.samples.map(({ at }) => at)).size).toBe(100);
  });
});
