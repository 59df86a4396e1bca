import { setTimeout as delay } from "node:timers/promises";
import { audit, type Ledger } from "../../../stories/support/ledger.ts";
import { addMachine, type Machine, ticketsOf } from "../../../stories/support/plant.ts";
import type { Product } from "../../../stories/support/product.ts";
import { until } from "../../../stories/support/wait.ts";
import { CASES, type Case } from "../full-disk/cases.ts";
import { lostOnFullDisk } from "../full-disk/control.ts";
import { type Disks, fullableDisks } from "../full-disk/disks.ts";
import {
  ackedBy,
  device,
  insist,
  metricsOf,
  publishAll,
  type Readiness,
  readyz,
  withPlant,
} from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

/** In the short form these; the long one takes every file, several times. */
const SHORT = new Set(["everything", "telemetry.duckdb", "portal.db"]);
const TOLD_WITHIN_MS = 5_000;
const SIGN_IN = { ADMIN_EMAIL: "admin@proof.example", ADMIN_PASSWORD: "a full disk is no excuse" };

type Trial = ReturnType<typeof checklist> & { product: Product; ledgers: Ledger[]; disks: Disks };

/**
 * Each file of the installation lies on a small disk of its own: filled one after the other and all at once, under
 * load, and freed again. Nobody starts anything anew by hand, and no program may die of it.
 */
export const diskFull: Proof = {
  title: "a full disk: told, refused aloud, goes on by itself",
  async prove({ long }) {
    const disks = fullableDisks();
    if (disks === null) return { skipped: "tmpfs cannot be mounted here" };
    const { failures, expect } = checklist();
    try {
      const environment = { DATA_DIR: disks.dataDir, JOURNAL_MAX_MB: "8", ...SIGN_IN };
      const found = await withPlant(3, environment, async (product, machines) => {
        const ledgers = publishAll(product.mqttPort, machines, { pauseMs: 10 });
        await until("the stream to run", () => ackedBy(ledgers) > 300);
        const trial = { failures, expect, product, ledgers, disks };
        const notes: string[] = [];
        for (let round = 0; round < (long ? 5 : 1); round++) {
          const cases = CASES.filter(({ full }) => long || SHORT.has(full));
          for (const each of round === 0 ? cases : cases.filter(({ acknowledged }) => acknowledged))
            notes.push(await oneCase(trial, each, machines[0]));
        }
        await Promise.all(ledgers.map((ledger) => ledger.stop()));
        await product.settled();
        const died = product.events.filter((event) => event.kind !== "started");
        expect(died.length === 0, `${died.length} times a program ended: ${JSON.stringify(died[0])}`);
        return { ...(await audit(product.admin, ledgers)), note: notes.slice(0, CASES.length).join("; ") };
      });
      const control = await lostOnFullDisk("testing/ack-early.ts");
      expect(control > 0, "the control, which acknowledges before the commit, lost nothing on a full disk");
      const note = `told after ${found.note}; acknowledged before the commit: ${control} lost`;
      return { ...found, attempts: found.acked, failures, note };
    } finally {
      disks.remove();
    }
  },
};

/** Fills, looks, frees, and waits until all is well again; answers with what took how long. */
async function oneCase(trial: Trial, each: Case, like: Machine): Promise<string> {
  const { product, ledgers, disks, expect } = trial;
  const disk = each.full === "everything" ? disks.all : disks.of(each.full);
  const hot = each.incident ? await addMachine(product.admin, { ...like, name: `Hot: ${each.full}` }) : null;
  const refusedBefore = await refusals(product);
  disk.fill();
  const filledAt = Date.now();
  const passes = hot === null ? null : passTheLimit(product, hot);
  const told = await untilTold(trial, each, filledAt);
  const ackedThen = ackedBy(ledgers);
  await delay(1_000);
  const more = ackedBy(ledgers) - ackedThen;
  if (each.acknowledged)
    expect(more > 0, `${each.full}: acknowledgements stopped, though the journal has room`);
  else {
    expect(more === 0, `${each.full}: ${more} acknowledged with no room for them`);
    expect((await refusals(product)) > refusedBefore, `${each.full}: nobody was refused aloud`);
  }
  await portalAnswers(trial, each);
  disk.free();
  const freedAt = Date.now();
  const well = () => readyz(product).then(({ ready }) => ready);
  await until(`${each.full}: all to be well again`, well, 40_000);
  const wellMs = Date.now() - freedAt;
  const acked = ackedBy(ledgers);
  await until(`${each.full}: acknowledgements again`, () => ackedBy(ledgers) > acked, 40_000);
  await passes;
  if (hot !== null) {
    const ofIt = async () => (await ticketsOf(product.admin, hot.assetId)).length;
    await until(`${each.full}: the ticket`, async () => (await ofIt()) > 0);
    expect((await ofIt()) === 1, `${each.full}: ${await ofIt()} tickets of one incident`);
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return `${each.full} ${told === null ? "(not)" : seconds(told)}, well after ${seconds(wellMs)}`;
}

async function passTheLimit({ mqttPort }: Product, machine: Machine): Promise<void> {
  const client = await device(mqttPort, machine);
  await insist(client, '{"pressure":8.7}');
  await client.endAsync();
}

const refusals = async (product: Product) =>
  (await metricsOf(product)).get("millwright_broker_uplink_failed") ?? 0;

/** How long until /readyz said what it should; null where it has nothing to say. */
async function untilTold({ product, expect }: Trial, each: Case, filledAt: number): Promise<number | null> {
  const { told } = each;
  if (told === null) return null;
  let state: (Readiness & { status: number }) | null = null;
  const says = async () => {
    state = await readyz(product);
    return state.status === 503 && told(state);
  };
  await until("/readyz to tell", says, 8_000).catch(() => {
    expect(false, `${each.full}: /readyz did not tell, but ${JSON.stringify(state)}`);
  });
  const ms = Date.now() - filledAt;
  expect(ms < TOLD_WITHIN_MS, `${each.full}: /readyz told after ${ms} ms`);
  return ms;
}

/** What is there can be read, also by pages; what has to be saved is done, or refused with the reason. */
async function portalAnswers({ product, expect }: Trial, { full }: Case): Promise<void> {
  const page = await fetch(`${product.url}/sign-in`);
  expect(page.status === 200, `${full}: the sign-in page answers ${page.status}`);
  const assets = await product.admin.status("GET", "/assets");
  expect(assets === 200, `${full}: the API answers ${assets}`);
  const body = new URLSearchParams({ email: SIGN_IN.ADMIN_EMAIL, password: SIGN_IN.ADMIN_PASSWORD });
  const signedIn = await fetch(`${product.url}/sign-in`, {
    method: "POST",
    headers: { origin: product.url },
    body,
    redirect: "manual",
  });
  const text = await signedIn.text();
  const portalIsFull = full === "everything" || full === "portal.db";
  const right = portalIsFull
    ? signedIn.status === 303 || (signedIn.status === 503 && text.includes("The disk is full"))
    : signedIn.status === 303;
  expect(right, `${full}: signing in answers ${signedIn.status}`);
}
