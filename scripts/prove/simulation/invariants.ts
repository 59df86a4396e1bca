import type { Finding } from "@millwright/shared/domain/finding";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import { createReceiver } from "../../../ingest/src/receive.ts";
import { startWorld } from "../../../ingest/src/state.ts";
import type { World } from "./world.ts";

/** What did not hold, under the promise it belongs to. */
export type Breach = { promise: "lost" | "doubled" | "phantom" | "other"; sentence: string };

type Alarm = {
  id: string;
  type: string;
  tag: string | null;
  asset: string;
  clearedAt: number | null;
  ticket: string | null;
};
type Ticket = { id: string; asset: string; type: string };

const ALARMS =
  "SELECT id, type, tag, asset_id AS asset, cleared_at AS clearedAt, ticket_id AS ticket FROM alarms ORDER BY id";
const TICKETS =
  "SELECT id, asset_id AS asset, alarm_type AS type FROM tickets WHERE ended_at IS NULL ORDER BY id";

/** What must hold at every moment, asked after every step: the counters add up, and no ticket vanishes or has a twin. */
export function watch(world: World): () => Breach[] {
  const seen = new Set<string>();
  return () => {
    const breaches: Breach[] = [];
    const say = (promise: Breach["promise"], sentence: string) => breaches.push({ promise, sentence });
    if (world.ingest) {
      const { messages = 0, messagesUnderstood = 0, messagesRejected = 0 } = world.ingest.world.totals;
      if (messages !== messagesUnderstood + messagesRejected)
        say(
          "other",
          `${messages} messages received, ${messagesUnderstood} understood, ${messagesRejected} refused`,
        );
    }
    const tickets = world.portal?.db.$client.prepare(TICKETS).all() as Ticket[] | undefined;
    if (tickets === undefined) return breaches;
    for (const { id } of tickets) seen.add(id);
    const there = new Set(tickets.map(({ id }) => id));
    for (const id of seen) if (!there.has(id)) say("lost", `ticket ${id} is gone`);
    if (new Set(tickets.map(({ asset, type }) => `${asset} ${type}`)).size < tickets.length)
      say("doubled", `two open tickets for one problem: ${JSON.stringify(tickets)}`);
    return breaches;
  };
}

/** What must hold when everything works again and has come to rest. */
export function audit(world: World): Breach[] {
  const breaches: Breach[] = [];
  const say = (promise: Breach["promise"], sentence: string) => breaches.push({ promise, sentence });
  for (const death of world.died) say("other", `ended by itself: ${death}`);
  const journal = readJournal(world);
  const kept = new Map<string, number[]>();
  for (const { device, payload } of journal) {
    const n = world.sent.find((each) => each.device === device && each.payload === payload)?.n;
    if (n === undefined) say("phantom", `the journal has ${device} ${payload}, which nobody sent`);
    else kept.set(device, [...(kept.get(device) ?? []), n]);
  }
  for (const device of world.devices.values()) {
    const there = kept.get(device.id) ?? [];
    for (const n of device.acked)
      if (!there.includes(n)) say("lost", `${device.id} has message ${n} acknowledged, the journal lacks it`);
    const first = there.filter((n, i) => there.indexOf(n) === i);
    const early = first.find((n, i) => i > 0 && n < first[i - 1]!);
    if (early !== undefined) say("other", `${device.id}: message ${early} came after a later one`);
  }
  auditStore(world, say);
  auditReplay(world, say);
  return breaches;
}

type Say = (promise: Breach["promise"], sentence: string) => void;
type Kept = { device: string; payload: string };

function readJournal(world: World): Kept[] {
  const kept: Kept[] = [];
  for (const record of records(world))
    if (record.kind === "message")
      kept.push({ device: record.deviceId, payload: Buffer.from(record.payload).toString() });
  return kept;
}

function records(world: World) {
  const reader = openSqliteReader(`${world.disk.dir}/uplink.db`);
  const all = [];
  for (let some = reader.read(0); some.length > 0; some = reader.read(some.at(-1)!.seq))
    for (const { bytes, seq, gap } of some) {
      if (gap) throw new Error(`records ${gap.from} to ${seq} of the journal are gone`);
      all.push(decodeUplink(bytes));
    }
  reader.close();
  return all;
}

/** Every number in the journal is a point with its last value, and there is no other point. No word of ingest is used. */
function auditStore(world: World, say: Say): void {
  const expected = new Map<string, number>();
  for (const { device, payload } of readJournal(world)) {
    const message = world.sent.find((each) => each.device === device && each.payload === payload);
    if (!message || message.pressure === null) continue;
    expected.set(`${device} pressure ${message.at}`, message.pressure);
    expected.set(`${device} n ${message.at}`, message.n);
  }
  const { points } = world.store;
  for (const [key, value] of expected) {
    const found = points.get(key);
    if (!found) say("lost", `point ${key} is not in the store`);
    else if (found.value !== value) say("other", `point ${key} is ${found.value}, was last sent as ${value}`);
  }
  for (const key of points.keys()) if (!expected.has(key)) say("phantom", `point ${key} was never sent`);
  if (world.store.doubled > 0) say("doubled", `${world.store.doubled} points are there twice`);
}

/** Alarms, tickets and counters are those of the same journal read once, in one go, by a receiver nobody kills. */
function auditReplay(world: World, say: Say): void {
  const { ingest, portal } = world;
  if (!ingest || !portal) return;
  const findings: Finding[] = [];
  let refused = 0;
  const replay = startWorld(ingest.world.catalog);
  const receiver = createReceiver(replay, {
    sample: () => undefined,
    latest: () => undefined,
    presence: () => undefined,
    finding: (finding) => findings.push(finding),
    rejected: ({ refused: reasons }) => {
      refused += new Set(reasons.map(({ reason }) => reason)).size;
    },
  });
  for (const record of records(world)) receiver.handle(record);
  const names = [
    "messages",
    "messagesUnderstood",
    "messagesRejected",
    "presence",
    "samplesStored",
    "samplesRepeated",
    "samplesRewritten",
  ];
  for (const name of names) {
    const [is, should] = [ingest.world.totals[name] ?? 0, replay.totals[name] ?? 0];
    if (is !== should) say("other", `counter ${name} is ${is}, the journal has ${should}`);
  }
  const rejected = ingest.rejects.list({ limit: 100_000 }).length;
  if (rejected !== refused)
    say(rejected < refused ? "lost" : "doubled", `${rejected} of ${refused} refusals are kept`);
  const alarms = portal.db.$client.prepare(ALARMS).all() as Alarm[];
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const end = new Map<string, Finding>();
  // Silence is judged by the clock while nothing comes, which a replay cannot know.
  for (const finding of findings) if (finding.tag !== null) end.set(finding.alarmId, finding);
  for (const [id, finding] of end) {
    const alarm = byId.get(id);
    if (!alarm) say("lost", `${finding.alarmType} on ${finding.assetId} has no alarm`);
    else if (alarm.ticket === null) say("lost", `${finding.alarmType} on ${finding.assetId} has no ticket`);
    else if ((alarm.clearedAt !== null) !== (finding.kind === "cleared"))
      say("other", `${finding.alarmType} on ${finding.assetId} ends ${finding.kind}, its alarm does not`);
  }
  for (const alarm of alarms) {
    if (alarm.tag !== null && !end.has(alarm.id))
      say("phantom", `alarm ${alarm.type} on ${alarm.asset} was never found`);
    if (alarm.type === "device:offline" && alarm.clearedAt === null)
      say("other", `${alarm.asset} is heard, and its alarm of silence is open`);
  }
  auditTickets(findings, portal.db.$client.prepare(TICKETS).all() as Ticket[], say);
}

/** One ticket for each problem of a machine, named after the alarm that opened it. */
function auditTickets(findings: readonly Finding[], tickets: readonly Ticket[], say: Say): void {
  const expected = new Map<string, string>();
  for (const { tag, assetId, alarmType, alarmId } of findings) {
    const problem = `${assetId} ${alarmType}`;
    if (tag !== null && !expected.has(problem)) expected.set(problem, `tkt_${alarmId}`);
  }
  for (const [problem, id] of expected) {
    const found = tickets.filter(({ asset, type }) => `${asset} ${type}` === problem);
    if (found.length === 0) say("lost", `no ticket for ${problem}`);
    if (found.length > 1) say("doubled", `${found.length} tickets for ${problem}`);
    if (found.length === 1 && found[0]!.id !== id)
      say("other", `the ticket for ${problem} is ${found[0]!.id}, not ${id}`);
  }
}
