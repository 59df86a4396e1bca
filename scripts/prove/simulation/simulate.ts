import type { Device, Sent } from "./device.ts";
import { audit, type Breach, watch } from "./invariants.ts";
import { DEVICES } from "./plant.ts";
import type { Bug } from "./programs.ts";
import type { Step } from "./steps.ts";
import { World } from "./world.ts";

export type Outcome = {
  /** What did not hold; empty when all did. */
  breaches: Breach[];
  messages: number;
  /** Hash of everything that happened, in order and with its time: the same seed and steps give the same. */
  trace: string;
  virtualMs: number;
};

/** Longest that everything may take to come to rest once nothing is broken any more, virtual ms. */
const REST_WITHIN_MS = 120_000;

/** One run: the steps, then everything is healed and comes to rest, then the audit. */
export async function simulate(
  seed: number,
  steps: readonly Step[],
  bug: Bug | null = null,
): Promise<Outcome> {
  const world = new World(seed, bug);
  const breaches: Breach[] = [];
  try {
    world.open();
    const look = watch(world);
    await world.time.advance(600);
    for (const step of steps) {
      world.note(JSON.stringify(step));
      await take(world, step);
      await world.time.advance(world.pace());
      breaches.push(...look());
      if (breaches.length > 0) break;
    }
    if (breaches.length === 0) {
      await heal(world);
      if (!(await rests(world))) breaches.push({ promise: "other", sentence: `no rest: ${state(world)}` });
      breaches.push(...look());
      if (breaches.length === 0) breaches.push(...audited(world));
    }
    world.note(JSON.stringify(breaches), state(world), [...world.store.points].join());
    const { hash } = world.trace();
    return { breaches, messages: world.sent.length, trace: hash, virtualMs: world.time.now };
  } finally {
    world.close();
  }
}

/** What cannot even be read back is lost. */
function audited(world: World): Breach[] {
  try {
    return audit(world);
  } catch (error) {
    return [{ promise: "lost", sentence: `the audit could not read what is kept: ${String(error)}` }];
  }
}

const NONSENSE = [
  "not json",
  '{"ts":"then","values":{"n":1}}',
  "[]",
  '{"pressure":null,"n":',
  "{}",
  '{"pressure":"high"}',
];

async function take(world: World, step: Step): Promise<void> {
  const { time, disk, store } = world;
  const device = "device" in step ? world.devices.get(step.device)! : null;
  switch (step.do) {
    case "publish":
      for (const value of step.values) reading(world, device!, device!.clock(), value);
      return;
    case "publish again": {
      const message = mine(world, step.device, step.back);
      if (message) device!.publish(message);
      return;
    }
    case "publish late": {
      const message = mine(world, step.device, step.back);
      if (message && message.pressure !== null) reading(world, device!, message.at, step.value);
      return;
    }
    case "publish nonsense":
      return send(
        world,
        device!,
        (n) => `${NONSENSE[step.kind % NONSENSE.length]!}${" ".repeat(n)}`,
        null,
        0,
      );
    case "cut":
      return device!.cut(step.told);
    case "lose answers":
      return device!.loseAnswers();
    case "kill":
      time.after(step.afterMs, world.machine, () => world.kill(step.program));
      return;
    case "kill between writes":
      return disk.killBeforeStatement(step.program, step.writes);
    case "power cut":
      await time.advance(step.afterMs);
      return world.powerCut();
    case "store":
      return store.turn(step.weather);
    case "disk full":
      disk.full = step.full;
      return;
    case "commit fails":
      return disk.failNextCommit(step.program);
    case "slow disk":
      disk.commitMs = step.slow ? [20, 400] : [0.5, 8];
      return;
    case "clock":
      time.wallBase += step.jumpMs;
      return;
    case "revoke":
      return world.revoke(step.device);
    case "renew":
      world.renew(step.device);
      return;
    case "wait":
      return time.advance(step.ms);
  }
}

const mine = (world: World, device: string, back: number): Sent | undefined =>
  world.sent.filter((each) => each.device === device).at(-back);

function reading(world: World, device: Device, at: number, pressure: number): void {
  const payload = (n: number) => JSON.stringify({ ts: at, values: { pressure, n } });
  send(world, device, payload, pressure, at);
}

function send(
  world: World,
  device: Device,
  payload: (n: number) => string,
  pressure: number | null,
  at: number,
): void {
  const n = world.sent.length + 1;
  const message = { device: device.id, n, payload: payload(n), at, pressure };
  world.sent.push(message);
  device.publish(message);
}

/** Everything works again; the devices have valid tokens and say that all is well. */
async function heal(world: World): Promise<void> {
  world.disk.heal();
  world.store.turn("up");
  // Long enough for every program to be started again.
  await world.time.advance(1_500);
  for (const id of DEVICES) while (!world.renew(id)) await world.time.advance(200);
  for (let i = 0; i < 3; i++) {
    for (const id of DEVICES) {
      const device = world.devices.get(id)!;
      reading(world, device, device.clock(), 5);
    }
    await world.time.advance(700);
  }
}

async function rests(world: World): Promise<boolean> {
  const until = world.time.now + REST_WITHIN_MS;
  for (let calm = 0; world.time.now < until; ) {
    await world.time.advance(500);
    calm = isCalm(world) ? calm + 1 : 0;
    if (calm === 2) return true;
  }
  return false;
}

function isCalm({ devices, ingest, portal, broker }: World): boolean {
  if (!ingest || !portal || !broker) return false;
  const { pipeline, reader, journal } = ingest;
  const { store, journal: trouble } = pipeline.trouble();
  return (
    [...devices.values()].every((device) => device.pending() === 0) &&
    store === null &&
    trouble === null &&
    pipeline.storedThrough() === reader.head() &&
    portal.follower.offset() === journal.head()
  );
}

function state({ devices, ingest, portal, broker }: World): string {
  const pending = [...devices.values()].map((device) => device.state());
  return JSON.stringify({
    pending,
    broker: broker !== null,
    handled: ingest?.pipeline.handled(),
    stored: ingest?.pipeline.storedThrough(),
    trouble: ingest?.pipeline.trouble(),
    head: ingest?.reader.head(),
    findings: ingest?.journal.head(),
    applied: portal?.follower.offset(),
  });
}
