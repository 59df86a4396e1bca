import { connect, type Socket } from "node:net";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import { generate, type Packet } from "mqtt-packet";
import { afterEach, beforeEach, expect, test } from "vitest";
import { heldJournal } from "./testing/held-journal.ts";
import { testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
const sockets: Socket[] = [];
beforeEach(() => {
  bed = testBed();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bed.end();
});

const publish = generate({
  cmd: "publish",
  topic: TELEMETRY,
  payload: "{}",
  qos: 2,
  messageId: 7,
  dup: false,
  retain: false,
});

/** Signs in, sends a QoS 2 publish, and collects what comes back. */
function device(username: string, clean: boolean) {
  const hello = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean,
    clientId: "plc",
    keepalive: 60,
    username,
  };
  const socket = connect(bed.port(), "127.0.0.1");
  sockets.push(socket);
  let got = Buffer.alloc(0);
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    got = Buffer.concat([got, data]);
  });
  socket.write(Buffer.concat([generate(hello as Packet), publish]));
  return { socket, got: () => got.toString("hex") };
}

test.each([
  [false, "of a stored session is kept once", 1],
  [true, "of another clean session is another", 2],
])(
  "a QoS 2 publish repeated in a new connection while the journal hangs (clean %s) %s",
  async (clean, _what, kept) => {
    const { token } = bed.addDevice("d1");
    const held = heldJournal();
    await bed.start({ openUplink: async () => held.journal });
    const messages = () => bed.metric("messages_total");
    const first = device(token, clean);
    await until(async () => (await messages()) === 1, "it waits for the journal");
    first.socket.destroy();
    await until(async () => (await bed.metric("connections")) === 0, "the connection is gone");
    const second = device(token, clean);
    await until(() => second.got().startsWith("2002"), "it is back");
    // A whole round trip behind the repeated publish: it has been judged.
    second.socket.write(Buffer.from([0xc0, 0]));
    await until(() => second.got().endsWith("d000"), "PINGRESP");
    held.run(null);
    await until(() => second.got().includes("50020007"), "PUBREC");
    expect(await messages()).toBe(kept);
  },
);
