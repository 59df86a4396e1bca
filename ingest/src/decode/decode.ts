import * as topics from "@millwright/shared/wire/topics";
import type { Refusal, RejectionReason } from "./reason.ts";
import { readTelemetry } from "./telemetry.ts";
import { type Gathered, isObject, MAX_VALUES, type Reading } from "./values.ts";

/**
 * What a message says, before anybody asks whether it is plausible.
 * telemetry: readings to store; values that could not be read are named in `refused`.
 * attributes: facts about the device (or its children), newest wins; they are not samples.
 * presence: a gateway reports a child coming or going. reply: the answer to a command.
 */
export type Decoded =
  | { kind: "telemetry"; readings: Reading[]; refused: Refusal[] }
  | { kind: "attributes"; of: { child: string | null; values: Record<string, unknown> }[] }
  | { kind: "presence"; child: string; connected: boolean }
  | { kind: "reply" }
  | { kind: "rejected"; refused: Refusal[] };

const rejected = (reason: RejectionReason, what = ""): Decoded => ({
  kind: "rejected",
  refused: [{ reason, what }],
});

/** Broker's frame limit is 256 KiB; this is the second line for journals written by something else. */
const MAX_BYTES = 1024 * 1024;

/** Topic and bytes → meaning. Never throws: what cannot be understood is a value with its reason. */
export function decode(topic: string, payload: Uint8Array): Decoded {
  if (topic.startsWith(topics.RPC_RESPONSE) || topic.startsWith(topics.RPC_REQUEST)) return { kind: "reply" };
  const read = READERS.get(topic);
  if (!read) return rejected("unknown-topic");
  if (payload.length > MAX_BYTES) return rejected("too-large");
  let text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  // Some Windows tools put a byte order mark before the JSON; RFC 8259 §8.1 allows to ignore it.
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return rejected("invalid-json");
  }
  return read(body);
}

const READERS = new Map<string, (body: unknown) => Decoded>([
  [topics.TELEMETRY, (body) => finish(gather((into) => readTelemetry(body, null, into)))],
  [topics.ATTRIBUTES, readAttributes],
  [topics.GATEWAY_TELEMETRY, readGatewayTelemetry],
  [topics.GATEWAY_ATTRIBUTES, readGatewayAttributes],
  [topics.GATEWAY_CONNECT, (body) => readChild(body, true)],
  [topics.GATEWAY_DISCONNECT, (body) => readChild(body, false)],
]);

function gather(fill: (into: Gathered) => void): Gathered {
  const into: Gathered = { readings: [], refused: [], count: 0 };
  fill(into);
  return into;
}

function finish({ readings, refused, count }: Gathered): Decoded {
  if (count > MAX_VALUES) return rejected("too-large");
  if (readings.length > 0) return { kind: "telemetry", readings, refused };
  return refused.length > 0 ? { kind: "rejected", refused } : rejected("no-values");
}

function readGatewayTelemetry(body: unknown): Decoded {
  if (!isObject(body)) return rejected("not-an-object");
  return finish(
    gather((into) => {
      for (const child of Object.keys(body)) {
        readTelemetry(body[child], child, into);
        if (into.count > MAX_VALUES) return;
      }
    }),
  );
}

function readAttributes(body: unknown): Decoded {
  if (!isObject(body)) return rejected("not-an-object");
  if (Object.keys(body).length === 0) return rejected("no-values");
  return { kind: "attributes", of: [{ child: null, values: body }] };
}

function readGatewayAttributes(body: unknown): Decoded {
  if (!isObject(body)) return rejected("not-an-object");
  const of: { child: string; values: Record<string, unknown> }[] = [];
  for (const child of Object.keys(body)) {
    const values = body[child];
    if (!isObject(values)) return rejected("not-an-object", child.slice(0, 64));
    of.push({ child, values });
  }
  return of.length > 0 ? { kind: "attributes", of } : rejected("no-values");
}

function readChild(body: unknown, connected: boolean): Decoded {
  if (!isObject(body)) return rejected("not-an-object");
  const child = body.device;
  if (typeof child !== "string" || child === "") return rejected("no-values", "device");
  return { kind: "presence", child, connected };
}
