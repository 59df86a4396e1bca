import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy of our own for bad networks and hanging servers; the kernel here has no netem. */
export type Proxy = {
  port: number;
  /** Nothing passes any more, either way, and nobody is told: a half-open connection, a stopped server. */
  freeze(): void;
  thaw(): void;
  /** Cuts every connection with a reset; while `refusing`, new ones are cut too. */
  cut(refusing?: boolean): void;
  open(): void;
  connections(): number;
  close(): Promise<void>;
};

export async function startProxy(targetPort: number): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.resetAndDestroy();
    const far = connect(targetPort, "127.0.0.1");
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("error", end);
      from.on("close", () => !frozen && end());
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => !frozen && from.resume());
      if (frozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const each = (act: (socket: Socket) => void) => {
    for (const pair of pairs) pair.forEach(act);
  };
  return {
    port: address.port,
    freeze() {
      frozen = true;
      each((socket) => socket.pause());
    },
    thaw() {
      frozen = false;
      each((socket) => socket.resume());
    },
    cut(andRefuse = false) {
      refusing = andRefuse;
      each((socket) => socket.resetAndDestroy());
      pairs.clear();
    },
    open() {
      refusing = false;
    },
    connections: () => pairs.size,
    close() {
      each((socket) => socket.destroy());
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
