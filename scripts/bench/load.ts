import { connect, type Socket } from "node:net";
import { connectPacket, remaining } from "./connect-packet.ts";

/**
 * A load generator that costs about a microsecond a message: raw MQTT 3.1.1 over TCP, QoS 1, a fixed window of
 * unacknowledged publishes per connection. mqtt.js costs ten times that and would measure itself.
 */
export type LoadOptions = {
  port: number;
  /** One connection each; user names. */
  tokens: readonly string[];
  /** Messages in all, spread evenly. */
  messages: number;
  window: number;
  /** Event time of message 0; each message of a device is 1 ms later, so that each value is a point of its own. */
  startMs: number;
};

export type LoadResult = { acked: number; seconds: number };

const TOPIC = Buffer.from("v1/devices/me/telemetry");

/** 150 bytes of JSON, four values, the time stamp at a fixed place. */
function payloadAt(timeMs: number): string {
  const head = `{"ts":${timeMs},"values":{"speed":1485.25,"flow":400.125,"p_discharge":5.19,"motor_current":121.6`;
  return `${head}${" ".repeat(150 - head.length - 2)}}}`;
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const each = Math.ceil(options.messages / options.tokens.length);
  const publishers = await Promise.all(
    options.tokens.map((token, i) => open(options.port, `load-${i}`, token)),
  );
  const startedAt = performance.now();
  await Promise.all(publishers.map((socket) => publish(socket, each, options)));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const socket of publishers) socket.destroy();
  return { acked: each * publishers.length, seconds };
}

export function open(port: number, clientId: string, token: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("connect", () => socket.write(connectPacket(clientId, token)));
    socket.once("data", (data) => {
      socket.off("error", reject);
      if (data[0] === 0x20 && data[3] === 0) resolve(socket);
      else reject(new Error(`CONNACK ${data.toString("hex")}`));
    });
  });
}

function publish(socket: Socket, count: number, { window, startMs }: LoadOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let acked = 0;
    let spare = 0; // bytes of a PUBACK cut by the end of a chunk
    const send = (n: number) => {
      const packets: Buffer[] = [];
      for (let i = 0; i < n && sent < count; i++, sent++)
        packets.push(packet(startMs + sent, (sent % 65_535) + 1));
      if (packets.length > 0) socket.write(packets.length === 1 ? packets[0]! : Buffer.concat(packets));
    };
    socket.on("data", (data) => {
      const bytes = data.length + spare;
      const acks = Math.floor(bytes / 4);
      spare = bytes % 4;
      acked += acks;
      if (acked >= count) resolve();
      else send(acks);
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`connection closed after ${acked} of ${count}`)));
    send(window);
  });
}

export function packet(timeMs: number, id: number): Buffer {
  const payload = payloadAt(timeMs);
  const length = 2 + TOPIC.length + 2 + payload.length;
  const head = [0x32, ...remaining(length), 0, TOPIC.length];
  const out = Buffer.allocUnsafe(head.length + length - 2);
  out.set(head, 0);
  TOPIC.copy(out, head.length);
  out.writeUInt16BE(id, head.length + TOPIC.length);
  out.write(payload, head.length + TOPIC.length + 2, "latin1");
  return out;
}
