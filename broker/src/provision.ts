import type { Log } from "@millwright/shared/log";
import { askLoopback } from "@millwright/shared/loopback";
import { PROVISION_PATH } from "@millwright/shared/wire/credential-use";
import {
  type ProvisionErrand,
  type ProvisionResponse,
  provisionRequestSchema,
} from "@millwright/shared/wire/provisioning";
import { PROVISION_RESPONSE } from "@millwright/shared/wire/topics";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import type { Link } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import { type Monotonic, TokenBucket } from "./rate.ts";
import { createSignInDelay } from "./sign-in-delay.ts";

/** Numbers of our own choice: a factory line registers a few devices a second, from one address. */
const OPEN_AT_MOST = 200;
const REQUESTS_PER_S = 20;
/** Time enough to subscribe and ask over a slow link. */
const LIFETIME_MS = 30_000;
/** For the answer to arrive; most firmware leaves by itself. */
const CLOSE_AFTER_MS = 2_000;
/** Whether a key is unknown or its secret wrong must not show in how long the answer takes. */
const LEAST_REFUSAL_MS = 250;
const PORTAL_LIMIT_MS = 5_000;
const MOST_BYTES = 16_384;

const failure = (errorMsg: string): ProvisionResponse => ({ status: "FAILURE", errorMsg });
const LATER = failure("Not possible now, try again later.");
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Outcome = "success" | "not-found" | "failure" | "malformed" | "later";

/**
 * Registration of factory images: what one asks goes to the portal, which alone may write it down, and its answer back
 * on the same connection. Nothing of it enters the journal. One request for each connection.
 */
export function createProvisioning(parts: {
  dataDir: string;
  limits: Limits;
  metrics: Metrics;
  told: LimitLog;
  now: Monotonic;
  log: Log;
}) {
  const { dataDir, limits, metrics, told, now, log } = parts;
  const delay = createSignInDelay(limits.failedSignIns);
  const pace = new TokenBucket(REQUESTS_PER_S, REQUESTS_PER_S * 2, now());
  const asked = new WeakSet<Link>();
  let open = 0;

  async function decide(
    link: Link,
    payload: Buffer,
  ): Promise<{ outcome: Outcome; response: ProvisionResponse }> {
    const request = parse(payload);
    if (typeof request === "string") return { outcome: "malformed", response: failure(request) };
    if (!pace.tryTake(now())) {
      metrics.limited.inc({ reason: "provisioning-rate" });
      told("provisioning-rate", { ip: link.ip });
      return { outcome: "later", response: LATER };
    }
    const began = now();
    const errand: ProvisionErrand = {
      request,
      certificate: link.certified?.fingerprint ?? null,
      address: link.ip,
    };
    const response = await askLoopback(dataDir, "portal", PROVISION_PATH, errand, PORTAL_LIMIT_MS);
    if (!isResponse(response)) return { outcome: "later", response: LATER };
    if (response.status === "SUCCESS") return { outcome: "success", response };
    const delayMs = delay.failed(link.ip, request.provisionDeviceKey, now());
    if (delayMs > 0) {
      metrics.limited.inc({ reason: "failed-sign-ins" });
      told("failed-sign-ins", { ip: link.ip });
    }
    await pause(Math.max(0, LEAST_REFUSAL_MS - (now() - began)) + delayMs);
    return { outcome: response.status === "NOT_FOUND" ? "not-found" : "failure", response };
  }

  return {
    hasRoom: () => open < OPEN_AT_MOST,

    arrived(link: Link): void {
      open += 1;
      const timer = setTimeout(() => link.conn.destroy(), LIFETIME_MS);
      link.conn.once("close", () => {
        open -= 1;
        clearTimeout(timer);
      });
    },

    /** A publish to /provision/request. Its PUBACK says that it arrived, the answer comes as a message. */
    async request(link: Link, payload: string | Buffer): Promise<void> {
      if (asked.has(link)) return;
      asked.add(link);
      const { outcome, response } = await decide(link, Buffer.from(payload));
      metrics.provisioning.inc({ reason: outcome });
      log.info({ ip: link.ip, outcome }, "provisioning request answered");
      if (link.conn.destroyed) return;
      link.client.publish(
        {
          cmd: "publish",
          topic: PROVISION_RESPONSE,
          payload: JSON.stringify(response),
          qos: 0,
          retain: false,
          dup: false,
        },
        () => undefined,
      );
      setTimeout(() => link.conn.destroy(), CLOSE_AFTER_MS).unref();
    },
  };
}

export type Provisioning = ReturnType<typeof createProvisioning>;

/** The request, or a sentence for the firmware engineer. It repeats nothing of what was sent. */
function parse(payload: Buffer): ProvisionErrand["request"] | string {
  if (payload.length > MOST_BYTES) return "The request is too large.";
  let json: unknown;
  try {
    json = JSON.parse(payload.toString("utf8"));
  } catch {
    return "The request is not JSON.";
  }
  const parsed = provisionRequestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]!.path.join(".");
  return field === "" ? "The request is not a JSON object." : `${field} is missing or not right.`;
}

/** The portal's answer is passed on as it is; anything else means it could not answer. */
const isResponse = (answer: unknown): answer is ProvisionResponse =>
  typeof answer === "object" && answer !== null && "status" in answer;
