import { RPC_REQUEST } from "@millwright/shared/wire/topics";
import { testBed, until } from "../../../broker/src/testing/test-bed.ts";
import { commander } from "../commander.ts";
import { startProxy } from "../proxy.ts";

const COMMANDS = 2_000;
/** Longer than the broker's own limit by far. */
const LOOKED_AT_FOR_MS = 8_000;

/** A broker that never gives up on a subscriber: does the frozen one hold up a command to somebody else? */
export async function stalledByFrozen(commandBytes: number): Promise<{ stalled: boolean; words: string }> {
  const bed = testBed();
  const frozenDevice = bed.addDevice("frozen");
  const otherDevice = bed.addDevice("other");
  const send = await commander(bed.dataDir, commandBytes);
  const broker = await bed.start({ limits: { drainTimeoutMs: 600_000 } });
  const proxy = await startProxy(broker.mqttPort);
  try {
    const topic = `${RPC_REQUEST}+`;
    const frozen = await bed.connect({ username: frozenDevice.token }, `mqtt://127.0.0.1:${proxy.port}`);
    await frozen.subscribeAsync(topic, { qos: 1 });
    const other = await bed.connect({ username: otherDevice.token });
    let got = 0;
    other.on("message", () => got++);
    await other.subscribeAsync(topic, { qos: 1 });
    proxy.freeze();
    await send.many("frozen", COMMANDS);
    await send.one("other");
    const stalled = await until(() => got > 0, "the command", LOOKED_AT_FOR_MS).then(
      () => false,
      () => true,
    );
    return { stalled, words: `without the limit it still waits after ${LOOKED_AT_FOR_MS / 1000} s` };
  } finally {
    proxy.cut(true);
    await proxy.close();
    await send.close();
    await bed.end();
  }
}
