import { createHash } from "node:crypto";
import { createLog } from "@millwright/shared/log";
import { Chance } from "./chance.ts";
import { Device, type Sent } from "./device.ts";
import { Disk, Killed } from "./disk.ts";
import { type End, Network } from "./network.ts";
import { DEVICES, firstToken, portalFile, tokenHash } from "./plant.ts";
import { type Bug, runBroker, runIngest, runPortal, type Surroundings } from "./programs.ts";
import type { Program } from "./steps.ts";
import { type StoreBug, StoreServer } from "./store.ts";
import { threadsOf } from "./threads.ts";
import { type Owner, VirtualTime } from "./virtual-time.ts";

/** Device clocks and the server's wall clock begin here. */
const START_MS = Date.UTC(2026, 10, 20, 12);

const STORE_BUGS: Partial<Record<Bug, StoreBug>> = {
  "saves the offset before the points": "offset before points",
  "ignores the key of a point": "appends every row",
};

const log = createLog("simulation", "silent");
let plant: ReturnType<typeof portalFile> | null = null;

/** The programs as they run at the moment; each is replaced by a new one when it dies. */
export class World {
  readonly time: VirtualTime;
  readonly disk: Disk;
  readonly store: StoreServer;
  readonly devices: Map<string, Device>;
  readonly sent: Sent[] = [];
  broker: Awaited<ReturnType<typeof runBroker>> | null = null;
  ingest: Awaited<ReturnType<typeof runIngest>> | null = null;
  portal: ReturnType<typeof runPortal> | null = null;
  /** Programs that ended by themselves, with why. */
  readonly died: string[] = [];
  private readonly owners = new Map<Program, Owner>();
  private readonly network: Network;
  readonly machine: Owner = { name: "machine", dead: false };
  private readonly chance: Chance;
  private readonly hash = createHash("sha256");
  private events = 0;
  private readonly tokens = new Map<string, number>();

  constructor(
    seed: number,
    private readonly bug: Bug | null,
  ) {
    plant ??= portalFile();
    this.chance = new Chance(seed);
    this.time = new VirtualTime(this.chance.fork("time"), START_MS);
    const files = new Map([["portal.db", plant.bytes]]);
    this.disk = new Disk(this.time, this.chance, plant.Database, files);
    this.store = new StoreServer(this.time, this.chance.fork("store"), (bug && STORE_BUGS[bug]) ?? null);
    this.network = new Network(this.time, this.chance.fork("network"));
    this.devices = new Map(
      DEVICES.map((id) => {
        const chance = this.chance.fork(id);
        return [id, new Device(this.time, chance, id, firstToken(id), (owner) => this.dial(owner), START_MS)];
      }),
    );
    this.time.onFault = (owner, error) => this.fault(owner, error);
  }

  open(): void {
    this.disk.forgetful = this.bug === "commits without fsync";
    this.time.install(threadsOf(this.time, this.disk), this.network);
    this.disk.install();
    for (const program of ["portal", "broker", "ingest"] as const) this.startSoon(program);
    for (const device of this.devices.values())
      this.time.after(this.chance.between(50, 300), device.owner, () => device.connect());
  }

  close(): void {
    for (const owner of this.owners.values()) owner.dead = true;
    this.disk.uninstall();
    this.time.uninstall();
  }

  /** Between two steps, ms. */
  pace(): number {
    return this.chance.between(0, 40);
  }

  note(...event: (string | number)[]): void {
    this.events++;
    this.hash.update(`${this.time.now.toFixed(4)} ${event.join(" ")}\n`);
  }

  trace(): { hash: string; events: number } {
    return { hash: this.hash.copy().digest("hex"), events: this.events };
  }

  private startSoon(program: Program): void {
    this.time.after(this.chance.between(20, 400), this.machine, () => {
      const owner: Owner = { name: program, dead: false };
      this.owners.set(program, owner);
      this.time.after(0.01, owner, () => this.start(program, owner));
    });
  }

  private start(program: Program, owner: Owner): void {
    const { time, bug } = this;
    const around: Surroundings = { time, dir: this.disk.dir, owner, log, bug };
    this.note("start", program);
    const started = async () => {
      if (program === "broker") this.broker = await runBroker(around);
      if (program === "ingest") this.ingest = await runIngest(around, this.store);
      if (program === "portal") this.portal = runPortal(around);
    };
    started().catch((error: unknown) => this.fault(owner, error));
  }

  /** What nobody caught ends the program, as it would the process. */
  private fault(owner: Owner, error: unknown): void {
    if (this.owners.get(owner.name as Program) !== owner) {
      if (!owner.dead) throw error;
      return;
    }
    if (!(error instanceof Killed) && !owner.dead) {
      this.died.push(
        `${owner.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      this.note("died", owner.name);
    }
    owner.dead = true;
    this.time.after(0, this.machine, () => this.bury(owner));
  }

  kill(program: Program): void {
    const owner = this.owners.get(program);
    if (!owner) return;
    owner.dead = true;
    this.bury(owner);
  }

  private bury(owner: Owner): void {
    const program = owner.name as Program;
    if (this.owners.get(program) !== owner) return;
    this.note("dead", program);
    this.owners.delete(program);
    this.clear(owner);
    this.startSoon(program);
  }

  private clear(owner: Owner): void {
    if (owner.name === "broker") this.broker = null;
    if (owner.name === "ingest") this.ingest = null;
    if (owner.name === "portal") this.portal = null;
    this.network.release(owner);
    this.disk.release(owner);
  }

  async powerCut(): Promise<void> {
    this.note("power cut");
    await this.disk.powerCut();
    for (const owner of [...this.owners.values()]) {
      owner.dead = true;
      this.bury(owner);
    }
  }

  private dial(owner: Owner): End | null {
    return this.broker === null ? null : this.network.dial(this.broker.mqttPort, owner);
  }

  /** The engineer in the portal: only while it runs, as everything written to its database. */
  revoke(device: string): void {
    this.inPortal((db) => {
      const revoke = db.$client.prepare("UPDATE device_credentials SET revoked_at = ? WHERE device_id = ?");
      revoke.run(this.time.wall(), device);
    });
  }

  /** False: it did not work this time. */
  renew(device: string): boolean {
    const count = (this.tokens.get(device) ?? 0) + 1;
    const token = `token-${count}-of-${device}`;
    const done = this.inPortal((db) => {
      const add = db.$client.prepare(
        "INSERT INTO device_credentials (id, device_id, kind, hash, created_at) VALUES (?, ?, 'token', ?, ?)",
      );
      add.run(`cred-${device}-${count}`, device, tokenHash(token), this.time.wall());
    });
    if (!done) return false;
    this.tokens.set(device, count);
    this.devices.get(device)!.token = token;
    return true;
  }

  private inPortal(work: (db: NonNullable<World["portal"]>["db"]) => void): boolean {
    const owner = this.owners.get("portal");
    if (!this.portal || !owner || owner.dead) return false;
    try {
      work(this.portal.db);
      return true;
    } catch {
      // A full disk or a kill: the engineer sees an error and tries again.
      return false;
    }
  }
}
