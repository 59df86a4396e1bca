import crypto from "node:crypto";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import perfHooks from "node:perf_hooks";
import timersPromises from "node:timers/promises";
import workerThreads from "node:worker_threads";
import type { Chance } from "./chance.ts";
import type { Network } from "./network.ts";

/** Who a task belongs to: a program (until it is killed), a device, or the world itself. */
export type Owner = { name: string; dead: boolean };

type Task = { at: number; order: number; run: () => void; owner: Owner; cancelled: boolean };

/** Kept before anything is replaced: the driver's own way to let promises and ticks settle. */
const realImmediate = setImmediate;

/**
 * One clock and one queue for everything in the process. A task runs, then all its promises and ticks settle, then
 * the next one: nothing depends on how fast the machine is. While installed, every timer, clock and source of chance
 * that the programs use (also through node: modules) is this one.
 */
export class VirtualTime {
  /** Milliseconds since the start; only goes forward. */
  now = 0;
  /** What the server's wall clock shows at `now` 0; a jump changes it. */
  wallBase: number;
  current: Owner;
  /** A task, or a promise of it, threw what nobody caught: the program it belongs to ends. */
  onFault: (owner: Owner, error: unknown) => void = () => undefined;
  private readonly world: Owner = { name: "world", dead: false };
  private readonly heap: Task[] = [];
  private order = 0;
  private readonly lastImmediate = new WeakMap<Owner, number>();
  private undo: (() => void)[] = [];

  constructor(
    private readonly chance: Chance,
    startMs: number,
  ) {
    this.wallBase = startMs;
    this.current = this.world;
  }

  wall = (): number => Math.floor(this.wallBase + this.now);

  after(ms: number, owner: Owner, run: () => void): Task {
    const task = { at: this.now + ms, order: this.order++, run, owner, cancelled: false };
    this.push(task);
    return task;
  }

  /** Runs what is due within the next `ms`. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let task = this.heap[0]; task !== undefined && task.at <= until; task = this.heap[0]) {
      this.pop();
      if (task.cancelled || task.owner.dead) continue;
      this.now = Math.max(this.now, task.at);
      await this.as(task.owner, task.run);
    }
    this.now = Math.max(this.now, until);
  }

  /** Runs `work` on behalf of `owner` and lets everything it set off settle. */
  async as(owner: Owner, work: () => void): Promise<void> {
    this.current = owner;
    try {
      work();
    } catch (error) {
      this.onFault(owner, error);
    }
    await new Promise((resolve) => realImmediate(resolve));
    this.current = this.world;
  }

  install(Thread: new (...args: never[]) => object, network: Network): void {
    const chance = this.chance.fork("built in");
    const timeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.timer(Math.max(1, ms), null, () => run(...args));
    const interval = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.timer(Math.max(1, ms), Math.max(1, ms), () => run(...args));
    const immediate = (run: (...args: unknown[]) => void, ...args: unknown[]) =>
      this.immediate(() => run(...args));
    const clear = (timer: unknown) => {
      if (timer instanceof VirtualTimer) timer.close();
    };
    this.replace(globalThis, {
      setTimeout: timeout,
      setInterval: interval,
      setImmediate: immediate,
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    });
    this.replace(Date, { now: this.wall });
    this.replace(Math, { random: () => chance.next() });
    this.replace(performance, { now: () => this.now });
    this.replace(timersPromises, {
      setTimeout: (ms = 0, value?: unknown, options: { signal?: AbortSignal } = {}) =>
        new Promise((resolve, reject) => {
          const timer = timeout(() => resolve(value), ms);
          options.signal?.addEventListener("abort", () => {
            timer.close();
            reject(new Error("aborted"));
          });
        }),
      setImmediate: () => new Promise((resolve) => immediate(resolve)),
    });
    this.replace(crypto, {
      randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => chance.below(256))),
      randomUUID: () => `uuid-${chance.below(2 ** 30)}-${chance.below(2 ** 30)}`,
    });
    this.replace(workerThreads, { Worker: Thread });
    this.replace(net, { createServer: network.createServer, connect: network.connect });
    this.replace(http, { createServer: network.createHttpServer });
    // Figures about the process itself: made at each start, and never given back.
    this.replace(perfHooks, { monitorEventLoopDelay: undefined, PerformanceObserver: NoObserver });
    syncBuiltinESMExports();
    this.ownFaults("unhandledRejection");
    this.ownFaults("uncaughtException");
  }

  uninstall(): void {
    for (const step of this.undo.reverse()) step();
    this.undo = [];
    syncBuiltinESMExports();
  }

  private ownFaults(event: "unhandledRejection" | "uncaughtException"): void {
    const others = process.rawListeners(event) as ((...args: unknown[]) => void)[];
    const mine = (error: unknown) => this.onFault(this.current, error);
    process.removeAllListeners(event);
    process.on(event, mine);
    this.undo.push(() => {
      process.removeListener(event, mine);
      for (const other of others) process.on(event, other);
    });
  }

  private replace(target: object, values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) {
      const before = Object.getOwnPropertyDescriptor(target, name);
      Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: true });
      this.undo.push(() => {
        if (before) Object.defineProperty(target, name, before);
        else Reflect.deleteProperty(target, name);
      });
    }
  }

  private timer(ms: number, everyMs: number | null, run: () => void): VirtualTimer {
    return new VirtualTimer(this, this.current, ms, everyMs, run);
  }

  /** In the order they were asked for within a program, at slightly different moments between programs. */
  private immediate(run: () => void): VirtualTimer {
    const at = Math.max(
      this.lastImmediate.get(this.current) ?? 0,
      this.now + 0.001 + this.chance.next() * 0.05,
    );
    this.lastImmediate.set(this.current, at);
    return new VirtualTimer(this, this.current, at - this.now, null, run);
  }

  private before(a: Task, b: Task): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private push(task: Task): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

class NoObserver {
  observe(): void {}
}

/** What Node's timers offer and our dependencies use. */
class VirtualTimer {
  private task: Task;

  constructor(
    private readonly time: VirtualTime,
    private readonly owner: Owner,
    private readonly ms: number,
    private readonly everyMs: number | null,
    private readonly run: () => void,
  ) {
    this.task = this.arm(ms);
  }

  private arm(ms: number): Task {
    return this.time.after(ms, this.owner, () => {
      if (this.everyMs !== null) this.task = this.arm(this.everyMs);
      this.run();
    });
  }

  close(): void {
    this.task.cancelled = true;
  }
  refresh(): this {
    this.close();
    this.task = this.arm(this.ms);
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}
