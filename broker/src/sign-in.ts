import type { Admission } from "./admit.ts";
import { authenticate, ConnectRefused, type ConnectRequest } from "./authenticate.ts";
import type { Credentials, SignedIn } from "./credentials.ts";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { Monotonic } from "./rate.ts";
import { createSignInDelay } from "./sign-in-delay.ts";

/** Who may come in: credential, will and client id, and the limits of how often and how many. Counts each refusal. */
export function createSignIn(parts: {
  credentials: Credentials;
  admission: Admission;
  limits: Limits;
  metrics: Metrics;
  told: LimitLog;
  now: Monotonic;
}) {
  const { credentials, admission, limits, metrics, told, now } = parts;
  const delay = createSignInDelay(limits.failedSignIns);

  function decide(request: ConnectRequest, certified: string | null): SignedIn | ConnectRefused {
    if (!admission.mayConnect()) return new ConnectRefused("connect-rate");
    const found = authenticate(request, credentials, limits, certified);
    if (found instanceof ConnectRefused) return found;
    delay.succeeded(request.username);
    const crowded = admission.connectionsOf(found.deviceId) >= limits.connectionsPerDevice;
    return crowded ? new ConnectRefused("connections-per-device") : found;
  }

  return {
    decide,
    /** Counts and tells a refusal; how long to keep it back, ms. */
    refuse(refused: ConnectRefused, ip: string, username: string | undefined): number {
      metrics.signInRefused.inc({ reason: refused.reason });
      told(refused.reason, { ip });
      if (refused.reason !== "credential") return 0;
      const delayMs = delay.failed(ip, username, now());
      if (delayMs > 0) {
        metrics.limited.inc({ reason: "failed-sign-ins" });
        told("failed-sign-ins", { ip });
      }
      return delayMs;
    },
  };
}

export type SignIn = ReturnType<typeof createSignIn>;
