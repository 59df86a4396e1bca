import { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import type { Chance } from "./chance.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

/**
 * One end of a connection. Bytes arrive in order, each write after a delay of its own and sometimes in two pieces; what
 * is on its way when the link breaks is gone. It answers to what the programs ask of a socket.
 */
export class End extends Duplex {
  other: End | null = null;
  remoteAddress = "10.0.0.1";
  /** Nothing it writes arrives any more, and it does not know. */
  mute = false;
  private arrivesAt = 0;

  constructor(
    private readonly net: Network,
    readonly owner: Owner,
  ) {
    super();
  }

  /** The link breaks for this end without a word; `told`: the other end hears of it. */
  cut(told: boolean): void {
    const { other } = this;
    this.other = null;
    if (!other) return;
    other.other = null;
    if (told) this.net.soon(other.owner, () => other.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    done();
    if (this.owner.dead || this.mute) return;
    const at = this.net.chance.is(0.1) ? this.net.chance.below(chunk.length) : 0;
    for (const part of at > 0 ? [chunk.subarray(0, at), chunk.subarray(at)] : [chunk])
      this.deliver((other) => other.push(part));
  }

  override _final(done: () => void): void {
    done();
    this.deliver((other) => other.push(null));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    this.deliver((other) => {
      this.other = null;
      other.other = null;
      other.destroy();
    });
  }

  private deliver(what: (other: End) => void): void {
    const { net, other } = this;
    if (!other) return;
    this.arrivesAt = Math.max(this.arrivesAt, net.time.now + net.chance.between(0.1, 4));
    net.time.after(this.arrivesAt - net.time.now, other.owner, () => {
      if (this.other === other && !other.destroyed) what(other);
    });
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  /** Silence ends a connection of the wake line before it has said its name; here they all say it. */
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** What the programs ask of a net or http server; nobody here speaks HTTP. */
class VirtualServer extends EventEmitter {
  port = 0;
  readonly owner: Owner;

  constructor(private readonly net: Network) {
    super();
    this.owner = net.time.current;
  }

  listen(...args: unknown[]): this {
    this.port = this.net.listen(this);
    const listening = args.findLast((arg) => typeof arg === "function") as (() => void) | undefined;
    if (listening) this.net.soon(this.owner, listening);
    return this;
  }
  address() {
    return { address: "127.0.0.1", port: this.port, family: "IPv4" };
  }
  close(done?: () => void): this {
    this.net.servers.delete(this.port);
    if (done) this.net.soon(this.owner, done);
    return this;
  }
  closeAllConnections(): void {}
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** The loopback interface and the way to the devices. */
export class Network {
  readonly servers = new Map<number, VirtualServer>();
  private readonly ends = new Set<End>();
  private ports = 20_000;

  constructor(
    readonly time: VirtualTime,
    readonly chance: Chance,
  ) {}

  soon(owner: Owner, run: () => void): void {
    this.time.after(this.chance.between(0.05, 3), owner, run);
  }

  listen(server: VirtualServer): number {
    this.ports += 1;
    this.servers.set(this.ports, server);
    return this.ports;
  }

  readonly createServer = (...args: unknown[]): VirtualServer => {
    const server = new VirtualServer(this);
    const accept = args.at(-1);
    if (typeof accept === "function") server.on("connection", (socket) => accept(socket));
    return server;
  };

  readonly createHttpServer = (): VirtualServer => new VirtualServer(this);

  readonly connect = ({ port }: { port: number }): End => this.dial(port, this.time.current);

  dial(port: number, owner: Owner): End {
    const near = new End(this, owner);
    const server = this.servers.get(port);
    this.ends.add(near);
    if (!server || server.owner.dead) {
      this.soon(owner, () => near.destroy(new Error("ECONNREFUSED")));
      return near;
    }
    const far = new End(this, server.owner);
    this.ends.add(far);
    near.other = far;
    far.other = near;
    this.soon(server.owner, () => {
      if (far.destroyed) return;
      server.emit("connection", far);
      this.soon(owner, () => {
        if (!near.destroyed) near.emit("connect");
      });
    });
    return near;
  }

  /** The system closes what a dead program had open: its peers hear of it. */
  release(owner: Owner): void {
    for (const [port, server] of this.servers) if (server.owner === owner) this.servers.delete(port);
    for (const end of this.ends) {
      if (end.owner === owner) end.cut(true);
      if (end.owner === owner || end.destroyed) this.ends.delete(end);
    }
  }
}
