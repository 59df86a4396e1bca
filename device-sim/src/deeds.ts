import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "@millwright/shared/failure";
import { type Api, type Fetch, signInTo } from "./api.ts";
import type { Deed, Scenario } from "./scenario.ts";
import type { DemoState } from "./state.ts";

type Options = {
  api: string;
  fetch: Fetch | undefined;
  say: (line: string) => void;
  signal: AbortSignal | undefined;
  /** A ticket that is not there by then will not come, ms. */
  patienceMs?: number;
};

const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 100;
/** What is stored has been judged; the portal applies it a moment later, or a second later if it was not woken. */
const QUIET_MS = 1_500;

/**
 * The people of the plant do their part, each signed in as themselves. Goes on where an interrupted seed stopped; a
 * ticket that never came is told and left out: a demo without one comment is better than none.
 */
export async function doDeeds(
  admin: Api,
  scenario: Scenario,
  state: DemoState,
  save: () => void,
  options: Options,
): Promise<void> {
  const deeds = scenario.deeds ?? [];
  if ((state.deedsDone ?? 0) >= deeds.length) return;
  await untilQuiet(admin, options);
  const signedIn = new Map<string, Api>();
  const ticketIds = new Map<string, string | null>();
  const as = async (email: string): Promise<Api> => {
    const known = signedIn.get(email);
    if (known) return known;
    const person = state.signIns.find((candidate) => candidate.email === email);
    if (!person) throw new Failure("invalid", `the scenario has no sign-in ${email}`);
    const api = await signInTo(options.api, person, options.fetch);
    signedIn.set(email, api);
    return api;
  };
  // A ticket that stands elsewhere than the scenario thinks must not keep the whole demo from starting.
  const tell = (error: unknown) => {
    if (!(error instanceof Failure && error.code === "conflict")) throw error;
    options.say(`service desk: ${error.message}`);
  };
  for (let at = state.deedsDone ?? 0; at < deeds.length; at++) {
    const deed = deeds[at]!;
    const name = `${deed.asset} ${deed.alarmType}`;
    if (!ticketIds.has(name)) ticketIds.set(name, await findTicket(admin, deed, state, options));
    const ticketId = ticketIds.get(name);
    if (ticketId) await act(admin, await as(deed.by), ticketId, deed).catch(tell);
    else options.say(`service desk: no ticket ${deed.alarmType} on ${deed.asset}, nothing done about it`);
    state.deedsDone = at + 1;
    save();
  }
}

/** People answer to what has become of the history, not to what stands on their screens half-way. */
async function untilQuiet(admin: Api, { patienceMs = PATIENCE_MS, signal }: Options): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let through: number | undefined;
  for (let since = Date.now(); Date.now() - since < QUIET_MS && Date.now() < deadline; ) {
    const now = (await admin.readiness())?.findingsThrough;
    if (now !== through) {
      through = now;
      since = Date.now();
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

async function findTicket(
  admin: Api,
  deed: Deed,
  state: DemoState,
  { patienceMs = PATIENCE_MS, signal }: Options,
): Promise<string | null> {
  const path = `/tickets?state=all&assetId=${encodeURIComponent(state.ids[`asset:${deed.asset}`] ?? "")}`;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = (await admin.list(path)).find((ticket) => ticket.alarmType === deed.alarmType);
    if (found) return String(found.id);
    if (Date.now() >= deadline) return null;
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

async function act(admin: Api, person: Api, ticketId: string, deed: Deed): Promise<void> {
  const ticket = `/tickets/${ticketId}`;
  if ("say" in deed) await person.post(`${ticket}/comments`, { text: deed.say });
  else if ("move" in deed) await person.post(`${ticket}/moves`, deed.move);
  else await take(admin, person, ticket, deed.by);
}

/** Whoever takes a ticket has seen its alarms. */
async function take(admin: Api, person: Api, ticket: string, email: string): Promise<void> {
  const user = (await admin.list("/users")).find((candidate) => candidate.email === email);
  await person.post(`${ticket}/assignee`, { assignee: user?.id });
  const { alarms } = (await person.get(ticket)) as { alarms?: { id: string; acknowledgedAt: unknown }[] };
  for (const { id, acknowledgedAt } of alarms ?? [])
    if (acknowledgedAt === null) await person.post(`/alarms/${id}/acknowledge`, {});
}
