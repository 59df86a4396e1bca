import type { Duplex } from "node:stream";
import type { Admission } from "./admit.ts";
import type { Certificate } from "./credentials.ts";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { SignIn } from "./sign-in.ts";
import { createWaitingRoom } from "./waiting-room.ts";

/** Where every connection comes in, whatever it came over: counted, then through the waiting room to its sign-in. */
export function createEntrance(parts: {
  limits: Limits;
  admission: Admission;
  signIn: SignIn;
  metrics: Metrics;
  told: LimitLog;
  admit: (conn: Duplex, ip: string, certified: Certificate | null) => void;
}) {
  const { limits, admission, signIn, metrics, told, admit } = parts;
  const room = createWaitingRoom<Certificate>({
    limits,
    rankOf: signIn.rankOf,
    admit,
    refused: (ip) => {
      metrics.signInRefused.inc({ reason: "connect-rate" });
      told("connect-rate", { ip });
    },
    timedOut: (ip) => {
      metrics.limited.inc({ reason: "connect-timeout" });
      told("connect-timeout", { ip });
    },
    now: () => performance.now(),
  });

  return {
    arrive(conn: Duplex, ip: string, certified: Certificate | null): void {
      const crowded = admission.arrived(ip);
      if (crowded !== null) {
        metrics.limited.inc({ reason: crowded });
        told(crowded, { ip });
        conn.on("error", () => undefined);
        conn.destroy();
        return;
      }
      conn.once("close", () => admission.left(ip));
      room.arrive(conn, ip, certified);
    },
    waiting: room.size,
    close: room.close,
  };
}
