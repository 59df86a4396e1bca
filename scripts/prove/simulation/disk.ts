import fs, {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type DatabaseType from "better-sqlite3";
import type { Chance } from "./chance.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

type Handle = DatabaseType.Database;
type Constructor = typeof DatabaseType;

/** The program was killed in the middle of what it was doing. */
export class Killed extends Error {}

/** `wrote`: its open transaction has something to commit. */
type Known = { owner: Owner; fsynced: boolean | null; wrote: boolean };
const WRITES = /^\s*(insert|update|delete|replace)/i;
const COMMITS = /^\s*commit/i;
const BEGINS = /^\s*begin/i;

/** In memory where there is such a place: what is judged is the order of writes, not the speed of a disk. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/**
 * The machine's disk: real SQLite on real files, and between the two whatever may happen. It knows each program's
 * open files, fails writes, kills a program between two statements, and at a power cut keeps of every write-ahead log
 * only what was fsynced, plus any part of the rest, torn anywhere.
 */
export class Disk {
  readonly root = mkdtempSync(join(PLACE, "millwright-simulation-"));
  dir: string;
  full = false;
  /** Nobody asks it to fsync. */
  forgetful = false;
  /** How long a commit of a writing thread takes, ms. */
  commitMs: [number, number] = [0.5, 8];
  readonly chance: Chance;
  private lives = 0;
  private readonly handles = new Map<Handle, Known>();
  private readonly descriptors = new Map<Owner, Set<number>>();
  private readonly failing = new Set<string>();
  private readonly killIn = new Map<string, number>();
  /** Length of each log up to which it is certainly on the disk, where that is not all of it. */
  private readonly fsyncedTo = new Map<string, number>();
  private readonly inFlight = new Set<{ owner: Owner; run: () => void }>();
  private undo: (() => void)[] = [];

  constructor(
    private readonly time: VirtualTime,
    chance: Chance,
    readonly Database: Constructor,
    files: ReadonlyMap<string, Buffer>,
  ) {
    this.chance = chance.fork("disk");
    this.dir = join(this.root, "0");
    mkdirSync(this.dir);
    for (const [name, bytes] of files) writeFileSync(join(this.dir, name), bytes);
  }

  install(): void {
    const database = this.Database.prototype as Handle;
    const probe = new this.Database(":memory:");
    const statement = Object.getPrototypeOf(probe.prepare("SELECT 1")) as DatabaseType.Statement;
    probe.close();
    const { exec, prepare } = database;
    const { run } = statement;
    const disk = this;
    Object.assign(database, {
      prepare(this: Handle, source: string) {
        disk.knows(this);
        return prepare.call(this, source);
      },
      exec(this: Handle, source: string) {
        return disk.write(this, source, () => exec.call(this, source));
      },
    });
    Object.assign(statement, {
      run(this: DatabaseType.Statement, ...values: unknown[]) {
        return disk.write(this.database, this.source, () => run.apply(this, values));
      },
    });
    this.undo.push(() => {
      Object.assign(database, { exec, prepare });
      Object.assign(statement, { run });
    });
  }

  uninstall(): void {
    for (const step of this.undo) step();
    for (const owner of new Set([...this.handles.values()].map((known) => known.owner))) this.release(owner);
    for (const owner of this.descriptors.keys()) this.release(owner);
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A message on its way to a writing thread: at a power cut it may have been half done. */
  queued(owner: Owner, run: () => void): () => void {
    const entry = { owner, run };
    this.inFlight.add(entry);
    return () => {
      this.inFlight.delete(entry);
      run();
    };
  }

  /** node:fs for a writing thread of `owner`, whose files are closed when it dies. */
  filesOf(owner: Owner): Record<string, unknown> {
    const open = this.descriptors.get(owner) ?? new Set<number>();
    this.descriptors.set(owner, open);
    return {
      ...fs,
      openSync: (...args: Parameters<typeof fs.openSync>) => {
        const descriptor = fs.openSync(...args);
        open.add(descriptor);
        return descriptor;
      },
      closeSync: (descriptor: number) => {
        if (open.delete(descriptor)) fs.closeSync(descriptor);
      },
    };
  }

  /** Its fsync fails: SQLite then takes the transaction back. */
  failNextCommit(program: string): void {
    this.failing.add(program);
  }

  /** Kills the program right before its n-th write statement from now. */
  killBeforeStatement(program: string, n: number): void {
    this.killIn.set(program, n);
  }

  heal(): void {
    this.full = false;
    this.failing.clear();
    this.commitMs = [0.5, 8];
  }

  /** The files of a program that is dead: the system closes them, SQLite rolls back what was open. */
  release(owner: Owner): void {
    for (const [handle, known] of this.handles) {
      if (known.owner !== owner) continue;
      this.handles.delete(handle);
      handle.close();
    }
    for (const entry of this.inFlight) if (entry.owner === owner) this.inFlight.delete(entry);
    for (const descriptor of this.descriptors.get(owner) ?? []) fs.closeSync(descriptor);
    this.descriptors.delete(owner);
  }

  /** All programs must be taken for dead afterwards; `dir` is what the machine finds when it starts again. */
  async powerCut(): Promise<void> {
    for (const { owner, run } of [...this.inFlight]) {
      if (owner.dead || this.chance.is(0.4)) continue;
      const before = this.lengths();
      const heads = this.heads();
      await this.time.as(owner, run);
      // Written after the fsync that never ended.
      for (const [name, bytes] of heads) writeFileSync(join(this.dir, name), bytes);
      for (const [file, length] of this.lengths())
        if (length > (before.get(file) ?? 0) && !this.fsyncedTo.has(file))
          this.fsyncedTo.set(file, before.get(file) ?? 0);
    }
    const next = join(this.root, String(++this.lives));
    mkdirSync(next);
    const kept = (name: string) => !name.endsWith("-shm") && !name.includes("-lock");
    cpSync(this.dir, next, { recursive: true, filter: kept });
    for (const name of readdirSync(next)) {
      const safe = this.fsyncedTo.get(name);
      if (safe !== undefined) this.tear(join(next, name), safe);
    }
    this.fsyncedTo.clear();
    this.dir = next;
  }

  /** Of what came after `safe`, some prefix is there, and its last sectors may hold anything. */
  private tear(file: string, safe: number): void {
    const { size } = statSync(file);
    const kept = safe + this.chance.below(size - safe + 1);
    truncateSync(file, kept);
    if (kept === safe || this.chance.is(0.5)) return;
    const bytes = readFileSync(file);
    for (let i = Math.max(safe, kept - 512); i < kept; i++) bytes[i] = this.chance.below(256);
    writeFileSync(file, bytes);
  }

  private heads(): [string, Buffer][] {
    const names = readdirSync(this.dir).filter((name) => name.endsWith("-head"));
    return names.map((name) => [name, readFileSync(join(this.dir, name))]);
  }

  private lengths(): Map<string, number> {
    const logs = readdirSync(this.dir).filter((name) => name.endsWith("-wal"));
    return new Map(logs.map((name) => [name, statSync(join(this.dir, name)).size]));
  }

  private knows(handle: Handle): Known {
    const known = this.handles.get(handle) ?? { owner: this.time.current, fsynced: null, wrote: false };
    this.handles.set(handle, known);
    return known;
  }

  private write<T>(handle: Handle, source: string, work: () => T): T {
    const known = this.knows(handle);
    const { owner } = known;
    if (owner.dead) throw new Killed(owner.name);
    if (handle.memory || handle.readonly) return work();
    if (BEGINS.test(source)) known.wrote = false;
    const commits = COMMITS.test(source) && known.wrote;
    if (!commits && !WRITES.test(source)) return work();
    known.wrote = handle.inTransaction;
    const left = this.killIn.get(owner.name);
    if (left !== undefined) {
      this.killIn.set(owner.name, left - 1);
      if (left <= 0) {
        this.killIn.delete(owner.name);
        owner.dead = true;
        this.time.onFault(owner, new Killed(owner.name));
        throw new Killed(owner.name);
      }
    }
    if (this.full) throw new this.Database.SqliteError("database or disk is full", "SQLITE_FULL");
    if (commits && this.failing.delete(owner.name))
      throw new this.Database.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
    return commits || !handle.inTransaction ? this.committing(handle, known, work) : work();
  }

  /** Remembers where a log ends that is not fsynced at each commit. */
  private committing<T>(handle: Handle, known: Known, work: () => T): T {
    known.fsynced ??= Number(handle.pragma("synchronous", { simple: true })) >= 2;
    if (known.fsynced && !this.forgetful) return work();
    const log = `${handle.name}-wal`;
    const name = log.slice(log.lastIndexOf("/") + 1);
    if (!this.fsyncedTo.has(name))
      this.fsyncedTo.set(name, statSync(log, { throwIfNoEntry: false })?.size ?? 0);
    return work();
  }
}
