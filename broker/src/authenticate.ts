import { randomUUID } from "node:crypto";
import { mayPublish } from "./authorize.ts";
import type { Certificate, Credentials, SignIn } from "./credentials.ts";
import type { SignedIn } from "./credentials-db.ts";
import type { Limits } from "./limits.ts";
import { asksForProvisioning, provisioningSignIn } from "./provision-sign-in.ts";

/** The parts of a CONNECT that decide, as aedes hands them over before it acts on any. */
export type ConnectRequest = {
  clientId: string;
  clean?: boolean;
  keepalive?: number;
  username?: string;
  password?: Buffer;
  will?: { topic: string };
};

export type RefusalReason =
  | "client-id"
  | "unavailable"
  | "credential"
  | "will-topic"
  | "stopping"
  | "connections-per-device"
  | "provisioning";

/** CONNACK return codes, MQTT 3.1.1 table 3.1. */
const RETURN_CODES: Record<RefusalReason, 2 | 3 | 5> = {
  "client-id": 2,
  unavailable: 3,
  stopping: 3,
  "connections-per-device": 3,
  provisioning: 3,
  credential: 5,
  "will-topic": 5,
};

export class ConnectRefused extends Error {
  readonly returnCode: 2 | 3 | 5;

  constructor(readonly reason: RefusalReason) {
    super(`connect refused: ${reason}`);
    this.returnCode = RETURN_CODES[reason];
  }
}

/** What every stock client makes up, and nothing a log line, a file name or a topic would have to escape. */
const CLIENT_ID = /^[A-Za-z0-9._:-]*$/;

/** Who it is, or why not. Its will has to be a message it might publish itself: it is checked now, not when it fires. */
export function authenticate(
  request: ConnectRequest,
  credentials: Credentials,
  limits: Limits,
  certified: Certificate | null,
): SignedIn | ConnectRefused {
  if (request.clientId === "" && request.clean === false) return new ConnectRefused("client-id");
  if (!CLIENT_ID.test(request.clientId) || request.clientId.length > limits.clientIdBytes)
    return new ConnectRefused("client-id");
  const found = identify(request, credentials, certified);
  if (found === "unavailable") return new ConnectRefused("unavailable");
  if (found === "unknown") return new ConnectRefused("credential");
  const mayWill = (topic: string) => found.kind !== "provision" && mayPublish(found.kind, topic);
  if (request.will && !mayWill(request.will.topic)) return new ConnectRefused("will-topic");
  return found;
}

/** A factory image may show the certificate that it asks to have pinned: nobody's yet, it may ask. */
function identify(request: ConnectRequest, credentials: Credentials, certified: Certificate | null): SignIn {
  const found =
    certified === null
      ? credentials.find(request.username, request.password)
      : credentials.ofCertificate(certified);
  if (found !== "unknown" || !asksForProvisioning(request)) return found;
  const open = credentials.provisioning();
  if (open === "unavailable") return open;
  return open ? provisioningSignIn() : "unknown";
}

/**
 * The client id a session is kept under. It begins with the device, so that no device can take over another's
 * session by choosing its client id; a refused client gets one that is nobody's.
 */
export function sessionId(request: ConnectRequest, signedIn: SignedIn | ConnectRefused): string {
  if (signedIn instanceof ConnectRefused) return `!refused/${randomUUID()}`;
  return `${encodeURIComponent(signedIn.deviceId)}/${request.clientId === "" ? randomUUID() : request.clientId}`;
}

/** The device a session belongs to. */
export const deviceOfSession = (id: string): string => decodeURIComponent(id.slice(0, id.indexOf("/")));

export function effectiveKeepaliveS(asked: number | undefined, limits: Limits): number {
  if (asked === undefined || asked === 0) return limits.keepaliveS;
  return Math.max(limits.leastKeepaliveS, Math.min(asked, limits.keepaliveS));
}
