import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What happens to the bytes of every connection on their way. */
export type Weather = {
  /** Before each piece is passed on, ms. */
  waitMs: () => number;
  /** Pieces are at most this long. */
  pieceBytes: number;
  /** Whether the connection is reset in the middle of this piece. */
  cuts: () => boolean;
};

/** A TCP proxy of our own for bad networks and hanging servers; the kernel here has no netem. */
export type TcpProxy = {
  port: number;
  /** Nothing passes any more, either way, and nobody is told: a half-open connection, a stopped server. */
  freeze(): void;
  thaw(): void;
  /** What comes is lost, either way, and so is the news that one side has gone: a network that died without a word. */
  swallow(): void;
  /** Connections that the target has ended since then. */
  ended(): number;
  /** Cuts every connection with a reset; while `refusing`, new ones are cut too. */
  cut(refusing?: boolean): void;
  open(): void;
  /** null: clear. */
  weather(now: Weather | null): void;
  connections(): number;
  close(): Promise<void>;
};

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  let refusing = false;
  let swallowing = false;
  let ended = 0;
  let weather: Weather | null = null;
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
      from.on("close", () => {
        if (swallowing && from === far) ended++;
        if (!swallowing && !frozen) end();
      });
      from.on("data", (bytes) => {
        if (swallowing) return;
        if (weather !== null) void carry(weather, pair, from, to, bytes);
        else if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => !frozen && from.resume());
      if (frozen) from.pause();
    }
  });
  /** Nothing is read meanwhile: the order stays, and the sender's window fills as it would. */
  async function carry(on: Weather, pair: [Socket, Socket], from: Socket, to: Socket, bytes: Buffer) {
    from.pause();
    for (let at = 0; at < bytes.length && pairs.has(pair); at += on.pieceBytes) {
      const piece = bytes.subarray(at, at + on.pieceBytes);
      await delay(on.waitMs());
      if (on.cuts()) {
        to.write(piece.subarray(0, Math.ceil(piece.length / 2)), () => {
          for (const socket of pair) socket.resetAndDestroy();
        });
        return;
      }
      to.write(piece);
    }
    if (!frozen) from.resume();
  }
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
    swallow() {
      swallowing = true;
    },
    ended: () => ended,
    cut(andRefuse = false) {
      refusing = andRefuse;
      each((socket) => socket.resetAndDestroy());
      pairs.clear();
    },
    open() {
      refusing = false;
    },
    weather(now) {
      weather = now;
    },
    connections: () => pairs.size,
    close() {
      each((socket) => socket.destroy());
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
