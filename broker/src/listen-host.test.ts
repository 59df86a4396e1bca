import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { createLog } from "@millwright/shared/log";
import { afterEach, expect, test, vi } from "vitest";
import { testBed } from "./testing/test-bed.ts";

/** An address under which other machines would reach this one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address && !address.internal && address.family === "IPv4")?.address;
if (!outside) {
  if (process.env.CI) throw new Error("this machine has no interface beside loopback");
  process.stdout.write("skipped: this machine has no interface beside loopback\n");
}

let bed: ReturnType<typeof testBed>;
afterEach(() => bed.end());

const isOpen = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

async function started(settings: Record<string, string>) {
  bed = testBed(settings);
  const log = createLog("broker", "silent");
  const info = vi.spyOn(log, "info");
  const warn = vi.spyOn(log, "warn");
  await bed.start({ log });
  const said = (spy: typeof info | typeof warn) => spy.mock.calls.map((call) => String(call[1]));
  return { info: said(info), warned: said(warn) };
}

test.skipIf(!outside)("plain MQTT is for this machine only unless told otherwise, and says so", async () => {
  const { info, warned } = await started({});
  for (const port of [bed.port(), bed.wsPort()]) {
    expect([await isOpen("127.0.0.1", port), await isOpen(outside!, port)]).toEqual([true, false]);
  }
  expect(info).toContainEqual(expect.stringMatching(/without TLS is open to this machine only; MQTT_HOST/));
  expect(warned).toEqual([]);
});

test.skipIf(!outside)("told otherwise it is open, and warns", async () => {
  const { warned } = await started({ MQTT_HOST: "0.0.0.0" });
  expect(await isOpen(outside!, bed.port())).toBe(true);
  expect(warned).toContainEqual(expect.stringMatching(/without TLS is open to the network/));
});
