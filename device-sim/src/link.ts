import { Failure } from "@millwright/shared/failure";
import { ATTRIBUTES, RPC_REQUEST, RPC_RESPONSE, TELEMETRY } from "@millwright/shared/wire/topics";
import mqtt, { type MqttClient } from "mqtt";

/**
 * One device's connection, with the manners of good firmware: QoS 1, unacknowledged messages kept and sent again,
 * reconnect with back-off, a last will, answers to requests.
 */
export type Link = {
  /** Resolves at the PUBACK, however many reconnects that takes; rejects only when the link is stopped or refused. */
  send(payload: string, topic?: string): Promise<void>;
  /** Takes the device off the network: `clean` says goodbye, else the will speaks. Messages are kept meanwhile. */
  drop(clean: boolean): void;
  /** Puts it back on. */
  restore(): void;
  connected(): boolean;
  stats(): LinkStats;
  /** Waits for what is in flight (bounded by `graceMs`), then disconnects. */
  stop(graceMs?: number): Promise<void>;
};

type LinkStats = { connects: number; acknowledged: number; waiting: number; dropped: number };

export type LinkOptions = {
  host: string;
  port: number;
  token: string;
  /** Messages in flight at most. Default 8. */
  maxInFlight?: number;
  /** Messages kept while disconnected; then the oldest goes. Default 5000. */
  maxWaiting?: number;
  /** Sent after each connect. */
  announce?: readonly { topic: string; payload: string }[];
  /** Answers the portal's requests; the result is sent back as JSON. */
  onRequest?: (method: string, params: unknown) => unknown;
  /** true: a refused sign-in fails the link instead of being tried again. */
  failOnRefusal?: boolean;
};

type Waiting = { topic: string; payload: string; done: () => void; fail: (error: Error) => void };

const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 30_000;
/** CONNACK codes that trying again does not heal: bad credentials, not authorised. */
const REFUSED = new Set([4, 5]);

export function createLink(options: LinkOptions): Link {
  const maxInFlight = options.maxInFlight ?? 8;
  const maxWaiting = options.maxWaiting ?? 5000;
  let queue: Waiting[] = [];
  let inFlight = new Set<Waiting>();
  let client: MqttClient | undefined;
  let retry: NodeJS.Timeout | undefined;
  let backOffMs = FIRST_BACK_OFF_MS;
  let online = false;
  let wanted = true;
  let stopped: Error | undefined;
  const stats: LinkStats = { connects: 0, acknowledged: 0, waiting: 0, dropped: 0 };

  function connect(): void {
    const current = mqtt.connect({
      host: options.host,
      port: options.port,
      protocolVersion: 4,
      username: options.token,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      // Our own queue decides what is sent again; the library must not keep a second one.
      queueQoSZero: false,
      will: { topic: ATTRIBUTES, payload: Buffer.from('{"connected":false}'), qos: 1, retain: false },
    });
    client = current;
    current.on("connect", () => {
      stats.connects++;
      online = true;
      backOffMs = FIRST_BACK_OFF_MS;
      if (options.onRequest) current.subscribe(`${RPC_REQUEST}+`, { qos: 1 }, () => {});
      for (const { topic, payload } of options.announce ?? [])
        current.publish(topic, payload, { qos: 1 }, () => {});
      pump();
    });
    current.on("message", (topic, payload) => answer(current, topic, payload));
    current.on("error", (error: Error & { code?: unknown }) => {
      if (options.failOnRefusal && typeof error.code === "number" && REFUSED.has(error.code)) {
        halt(new Failure("unauthorized", `the broker refused the device's sign-in (CONNACK ${error.code})`));
      }
    });
    current.once("close", () => {
      if (client !== current) return;
      lost(current);
      if (!wanted || stopped) return;
      retry = setTimeout(connect, backOffMs * (0.75 + Math.random() * 0.5));
      backOffMs = Math.min(LONGEST_BACK_OFF_MS, backOffMs * 2);
    });
  }

  /** What was sent and not acknowledged goes to the head of the queue, in its order: QoS 1 may repeat, never lose. */
  function lost(current: MqttClient): void {
    online = false;
    client = undefined;
    queue = [...inFlight, ...queue];
    inFlight = new Set();
    current.end(true);
  }

  function pump(): void {
    while (online && client && inFlight.size < maxInFlight && queue.length > 0) {
      const item = queue.shift()!;
      const current = client;
      inFlight.add(item);
      current.publish(item.topic, item.payload, { qos: 1 }, (error) => {
        if (client !== current || !inFlight.delete(item)) return;
        if (error) queue.unshift(item);
        else {
          stats.acknowledged++;
          item.done();
        }
        if (!error) pump();
      });
    }
  }

  function answer(current: MqttClient, topic: string, payload: Buffer): void {
    if (!options.onRequest || !topic.startsWith(RPC_REQUEST)) return;
    let result: unknown;
    try {
      const request = JSON.parse(payload.toString("utf8")) as { method?: unknown; params?: unknown };
      result = options.onRequest(String(request.method), request.params);
    } catch {
      result = { error: "not a request" };
    }
    const id = topic.slice(RPC_REQUEST.length);
    current.publish(`${RPC_RESPONSE}${id}`, JSON.stringify(result ?? null), { qos: 1 }, () => {});
  }

  function halt(reason: Error): void {
    if (stopped) return;
    stopped = reason;
    wanted = false;
    clearTimeout(retry);
    const open = [...inFlight, ...queue];
    inFlight = new Set();
    queue = [];
    stats.dropped += open.length;
    for (const item of open) item.fail(reason);
  }

  connect();
  return {
    send(payload, topic = TELEMETRY) {
      if (stopped) return Promise.reject(stopped);
      return new Promise((done, fail) => {
        queue.push({ topic, payload, done, fail });
        while (queue.length > maxWaiting) {
          stats.dropped++;
          // The oldest reading is worth the least; its sender must not wait for ever.
          queue.shift()!.done();
        }
        pump();
      });
    },
    drop(clean) {
      wanted = false;
      clearTimeout(retry);
      const current = client;
      if (!current) return;
      if (clean) {
        lost(current);
        return;
      }
      current.stream.destroy();
    },
    restore() {
      if (wanted || stopped) return;
      wanted = true;
      backOffMs = FIRST_BACK_OFF_MS;
      // One that is still closing is followed by the next when it has closed.
      if (!client) connect();
    },
    connected: () => online,
    stats: () => ({ ...stats, waiting: queue.length + inFlight.size }),
    async stop(graceMs = 2000) {
      const deadline = Date.now() + graceMs;
      while (online && queue.length + inFlight.size > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const current = client;
      halt(new Failure("unavailable", "the device was stopped"));
      client = undefined;
      if (current) await new Promise<void>((resolve) => current.end(!online, {}, () => resolve()));
      online = false;
    },
  };
}

/** "host:port" as the command line gives it. */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:mqtt:\/\/)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(text);
  const port = Number(match?.[2] ?? 1883);
  if (!match || port < 1 || port > 65_535) throw new Failure("invalid", `--mqtt: "${text}" is not host:port`);
  return { host: match[1]!.replace(/^\[|\]$/g, ""), port };
}
