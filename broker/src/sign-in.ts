import type { Acquaintance } from "./acquaintance.ts";
import type { Admission } from "./admit.ts";
import { authenticate, ConnectRefused, type ConnectRequest } from "./authenticate.ts";
import type { Claim } from "./connect-peek.ts";
import type { Certificate, Credentials } from "./credentials.ts";
import type { SignedIn } from "./credentials-db.ts";
import type { Rank } from "./fair-queue.ts";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { Provisioning } from "./provision.ts";
import type { Monotonic } from "./rate.ts";
import { createSignInDelay } from "./sign-in-delay.ts";

/** Who may come in: credential, will and client id, and the limits of how often and how many. Counts each refusal. */
export function createSignIn(parts: {
  credentials: Credentials;
  admission: Admission;
  acquaintance: Acquaintance;
  limits: Limits;
  metrics: Metrics;
  told: LimitLog;
  now: Monotonic;
  provisioning: Pick<Provisioning, "hasRoom">;
}) {
  const { credentials, admission, acquaintance, limits, metrics, told, now, provisioning } = parts;
  const delay = createSignInDelay(limits.failedSignIns);

  function decide(request: ConnectRequest, certified: Certificate | null): SignedIn | ConnectRefused {
    const found = authenticate(request, credentials, limits, certified);
    if (found instanceof ConnectRefused) return found;
    if (found.kind === "provision")
      return provisioning.hasRoom() ? found : new ConnectRefused("provisioning");
    delay.succeeded(request.username);
    const crowded = admission.connectionsOf(found.deviceId) >= limits.connectionsPerDevice;
    return crowded ? new ConnectRefused("connections-per-device") : found;
  }

  return {
    decide,
    /** Whose turn it is when many wait. Looks the credential up and decides nothing. */
    rankOf(claim: Claim, certified: Certificate | null): Rank {
      const found =
        certified === null
          ? credentials.find(claim.username, claim.password)
          : credentials.ofCertificate(certified);
      return typeof found === "string" ? 2 : acquaintance.rankOf(found.deviceId);
    },
    left: acquaintance.ended,
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
