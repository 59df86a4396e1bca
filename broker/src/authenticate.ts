import { randomUUID } from "node:crypto";
import { mayPublish } from "./authorize.ts";
import type { Credentials, SignedIn } from "./credentials.ts";
import type { Limits } from "./limits.ts";

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
  | "connect-rate"
  | "connections-per-device";

/** CONNACK return codes, MQTT 3.1.1 table 3.1. */
const RETURN_CODES: Record<RefusalReason, 2 | 3 | 5> = {
  "client-id": 2,
  unavailable: 3,
  stopping: 3,
  "connect-rate": 3,
  "connections-per-device": 3,
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
  certified: string | null,
): SignedIn | ConnectRefused {
  if (request.clientId === "" && request.clean === false) return new ConnectRefused("client-id");
  if (!CLIENT_ID.test(request.clientId) || request.clientId.length > limits.clientIdBytes)
    return new ConnectRefused("client-id");
  const found =
    certified === null
      ? credentials.find(request.username, request.password)
      : credentials.ofCertificate(certified);
  if (found === "unavailable") return new ConnectRefused("unavailable");
  if (found === "unknown") return new ConnectRefused("credential");
  if (request.will && !mayPublish(found.kind, request.will.topic)) return new ConnectRefused("will-topic");
  return found;
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
