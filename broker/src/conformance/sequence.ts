import { connect as open, type Socket } from "node:net";
import { connack, connect, DISCONNECT, type Level, PINGREQ, PINGRESP, puback, publish } from "./bytes.ts";

/** One packet, or several in one write; or what has to come back; or what another client publishes meanwhile. */
type Step =
  | { send: Buffer }
  | { expect: Buffer }
  | { other: { topic: string; payload: string; qos: 0 | 1; retain?: boolean } }
  /** Leaves without a word and comes back as this client: CONNECT and the CONNACK it gets. */
  | { again: { connect: Buffer; connack: Buffer } }
  /** Sends this and is closed. */
  | { leave: Buffer };

export type Sequence = {
  /** Clause of MQTT 3.1.1, or the section of MQTT 3.1. */
  clause: string;
  name: string;
  /** What is sent first: a CONNECT of this level, or nothing. */
  connected: Level | null;
  steps: Step[];
  /** How the connection must be afterwards. */
  end: "closed" | "open";
};

export const send = (...parts: Buffer[]): Step => ({ send: Buffer.concat(parts) });
export const expect = (...parts: Buffer[]): Step => ({ expect: Buffer.concat(parts) });
export const LEVELS = [3, 4] as const;

/** Refused: the connection is closed, and nothing comes before. */
export const closes = (
  connected: Level | null,
  clause: string,
  name: string,
  ...sent: Buffer[]
): Sequence => ({
  clause,
  name,
  connected,
  steps: sent.map((part) => send(part)),
  end: "closed",
});

/** The same at both protocol levels. */
export const closesAtBoth = (clause: string, name: string, ...sent: Buffer[]): Sequence[] =>
  LEVELS.map((level) => closes(level, clause, name, ...sent));

export const stays = (connected: Level | null, clause: string, name: string, ...steps: Step[]): Sequence => ({
  clause,
  name,
  connected,
  steps,
  end: "open",
});

export const staysAtBoth = (clause: string, name: string, ...steps: Step[]): Sequence[] =>
  LEVELS.map((level) => stays(level, clause, name, ...steps));

const WITHIN_MS = 5_000;
let clients = 0;

function wire(port: number) {
  const socket: Socket = open(port, "127.0.0.1");
  let got = Buffer.alloc(0);
  let closed = false;
  let changed: () => void = () => undefined;
  socket.on("data", (data) => {
    got = Buffer.concat([got, data]);
    changed();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed = true;
    changed();
  });
  async function until(condition: () => boolean, what: () => string): Promise<void> {
    const give = Date.now() + WITHIN_MS;
    while (!condition()) {
      if (Date.now() > give) throw new Error(what());
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, give - Date.now() + 1);
        changed = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
  }
  return {
    send: (data: Buffer) => void socket.write(data),
    async expect(data: Buffer): Promise<void> {
      const wrong = () => `got ${got.toString("hex") || "nothing"} instead of ${data.toString("hex")}`;
      const begun = () => got.subarray(0, data.length).equals(data.subarray(0, got.length));
      await until(() => got.length >= data.length || !begun() || closed, wrong);
      if (!got.subarray(0, data.length).equals(data))
        throw new Error(`${wrong()}${closed ? ", closed" : ""}`);
      got = got.subarray(data.length);
    },
    async expectClosed(): Promise<void> {
      await until(
        () => closed || got.length > 0,
        () => "still open",
      );
      if (got.length > 0) throw new Error(`got ${got.toString("hex")} instead of a closed connection`);
    },
    destroy: () => socket.destroy(),
  };
}

type Wire = ReturnType<typeof wire>;

async function publishAsOther(
  port: number,
  { topic, payload, qos, retain }: Extract<Step, { other: unknown }>["other"],
): Promise<void> {
  const other = wire(port);
  other.send(
    Buffer.concat([connect(4, `other-${clients++}`), publish(qos, topic, 1, payload, retain ? 1 : 0)]),
  );
  await other.expect(Buffer.concat([connack(), ...(qos === 1 ? [puback(1)] : [])]));
  other.send(DISCONNECT);
}

async function take(step: Step, link: Wire, port: number): Promise<Wire> {
  if ("send" in step) link.send(step.send);
  else if ("expect" in step) await link.expect(step.expect);
  else if ("other" in step) await publishAsOther(port, step.other);
  else if ("leave" in step) {
    link.send(step.leave);
    await link.expectClosed();
  } else {
    link.destroy();
    const next = wire(port);
    next.send(step.again.connect);
    await next.expect(step.again.connack);
    return next;
  }
  return link;
}

/** Runs it against the listener at `port`, as `user` where one is asked for; null, or what was not as it has to be. */
export async function play(
  { connected, steps, end }: Sequence,
  port: number,
  user = "",
): Promise<string | null> {
  let link = wire(port);
  try {
    if (connected !== null) {
      const id = `sequence-${clients++}`;
      link.send(user === "" ? connect(connected, id) : connect(connected, id, 0x82, user));
      await link.expect(connack());
    }
    for (const step of steps) link = await take(step, link, port);
    if (end === "closed") await link.expectClosed();
    else {
      link.send(PINGREQ);
      await link.expect(PINGRESP);
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    link.destroy();
  }
}
