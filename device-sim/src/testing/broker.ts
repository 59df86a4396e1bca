import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

export type Received = { token: string; topic: string; payload: string };

/** A stock broker for tests: takes any token but "refused", remembers what came. */
export async function startTestBroker(
  options: { ackDelayMs?: number; keep?: (message: Received) => void } = {},
) {
  const received: Received[] = [];
  const tokens = new Map<string, string>();
  let connects = 0;
  const aedes = await Aedes.createBroker({
    authenticate: (client, username, _password, done) => {
      tokens.set(client.id, username ?? "");
      if (username === "refused") {
        done(Object.assign(new Error("refused"), { returnCode: 5 }), false);
        return;
      }
      connects++;
      done(null, true);
    },
    authorizePublish: (client, packet, done) => {
      const message = {
        token: tokens.get(client?.id ?? "") ?? "",
        topic: packet.topic,
        payload: packet.payload.toString(),
      };
      if (options.keep) options.keep(message);
      else received.push(message);
      if (options.ackDelayMs) setTimeout(() => done(null), options.ackDelayMs);
      else done(null);
    },
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    connects: () => connects,
    open: () => sockets.size,
    /** Cuts every connection, as a broken network does. */
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    publish: (topic: string, payload: string) =>
      new Promise<void>((resolve, reject) =>
        aedes.publish(
          { cmd: "publish", topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
          (error) => (error ? reject(error) : resolve()),
        ),
      ),
    async stop() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits until the condition holds; fails after `ms`. */
export async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
