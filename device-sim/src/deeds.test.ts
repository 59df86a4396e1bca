import { expect, test } from "vitest";
import { demo } from "../scenarios/demo.ts";
import { createApi, type Fetch } from "./api.ts";
import { doDeeds } from "./deeds.ts";
import type { Deed } from "./scenario.ts";
import { newState } from "./state.ts";

const ENGINEER = "engineer@millwright.example";
const OWNER = "owner@solvane.example";
const ON = { asset: "M1", alarmType: "p:high" };
const DEEDS: Deed[] = [
  { ...ON, by: ENGINEER, take: true },
  { ...ON, by: OWNER, say: "Please wait." },
  { ...ON, asset: "M2", by: ENGINEER, say: "Nobody hears this." },
  { ...ON, by: ENGINEER, move: { to: "waiting-customer" } },
];

/** A portal with one ticket, which tells by the cookie who did what; `failAt` fails the n-th deed. */
function fakePortal(failAt = Number.POSITIVE_INFINITY) {
  const done: string[] = [];
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
  const fetch: Fetch = async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const body = String(init?.body ?? "");
    if (pathname === "/readyz") return json({ uplinkHead: 1, storedThrough: 1, findingsThrough: 3 });
    if (pathname === "/sign-in") {
      const email = new URLSearchParams(body).get("email")!;
      const right = new URLSearchParams(body).get("password") === `secret of ${email}`;
      const headers: [string, string][] = right ? [["set-cookie", `who=${email}; HttpOnly; Path=/`]] : [];
      return new Response("", { status: right ? 303 : 401, headers });
    }
    const who = new Headers(init?.headers).get("cookie")?.replace("who=", "") ?? "the key";
    const path = pathname.replace("/api/v1", "");
    if (init?.method !== "POST") {
      if (path === "/users") return json({ items: [{ id: "usr_1", email: ENGINEER }], nextCursor: null });
      if (path === "/tickets/t1")
        return json({
          alarms: [
            { id: "a1", acknowledgedAt: null },
            { id: "a2", acknowledgedAt: 5 },
          ],
        });
      const items = searchParams.get("assetId") === "asset-1" ? [{ id: "t1", alarmType: "p:high" }] : [];
      return json({ items, nextCursor: null });
    }
    if (done.length >= failAt) return json({ title: "Unavailable" }, 503);
    done.push(`${who} ${path} ${body}`);
    return json({}, 201);
  };
  return { fetch, done };
}

function run(portal: ReturnType<typeof fakePortal>, state = plantState()) {
  const said: string[] = [];
  const options = {
    api: "http://portal.test",
    fetch: portal.fetch,
    say: (line: string) => said.push(line),
    signal: undefined,
    patienceMs: 300,
  };
  const api = createApi("http://portal.test", "key", portal.fetch);
  const scenario = { ...demo, deeds: DEEDS };
  return { said, state, ended: doDeeds(api, scenario, state, () => {}, options) };
}

function plantState() {
  const state = newState("seed", 0);
  state.ids = { "asset:M1": "asset-1", "asset:M2": "asset-2" };
  for (const email of [ENGINEER, OWNER])
    state.signIns.push({ role: "r", name: "n", email, password: `secret of ${email}`, customer: null });
  return state;
}

const ALL = [
  `${ENGINEER} /tickets/t1/assignee {"assignee":"usr_1"}`,
  `${ENGINEER} /alarms/a1/acknowledge {}`,
  `${OWNER} /tickets/t1/comments {"text":"Please wait."}`,
  `${ENGINEER} /tickets/t1/moves {"to":"waiting-customer"}`,
];

test("each person acts under their own name, in order; a ticket that never came is told", async () => {
  const portal = fakePortal();
  const { said, state, ended } = run(portal);
  await ended;
  expect(portal.done).toEqual(ALL);
  expect(said).toEqual(["service desk: no ticket p:high on M2, nothing done about it"]);
  expect(state.deedsDone).toBe(DEEDS.length);
  const again = run(portal, state);
  await again.ended;
  expect(portal.done).toEqual(ALL);
});

test("interrupted, it goes on with what was not done", async () => {
  const half = fakePortal(3);
  const first = run(half);
  await expect(first.ended).rejects.toThrow("503");
  expect(first.state.deedsDone).toBe(3);
  const rest = fakePortal();
  await run(rest, first.state).ended;
  expect([...half.done, ...rest.done]).toEqual(ALL);
});
