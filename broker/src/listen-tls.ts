import { createServer, type PeerCertificate, type TLSSocket } from "node:tls";
import { type Clock, systemClock } from "@millwright/shared/clock";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { addressKey } from "./admit.ts";
import type { DeviceBroker } from "./broker.ts";
import type { Certificate } from "./credentials.ts";
import { certificateKey } from "./crl.ts";
import { limits } from "./limits.ts";
import { type Listening, listen } from "./listen.ts";
import { readTlsFiles, stampOf, type TlsFiles } from "./tls-files.ts";

/** Node's own default also takes CBC, CCM8 and RSA key exchange. */
const CIPHERS =
  "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20";
/** Within this time renewed files are read, and connections of listed or expired certificates end. */
const CHECK_MS = 500;

/** What a connected device has shown: who signed it and under which number, and until when it is valid, epoch ms. */
type Shown = { key: string; validTo: number };

/** Whom a certificate is for: its common name, or else the first DNS name among its alternative names. */
function nameOf({ subject, subjectaltname }: PeerCertificate): string | null {
  const name: unknown = subject?.CN;
  if (typeof name === "string" && name !== "") return name;
  return /(?:^|, )DNS:([^,]+)/.exec(subjectaltname ?? "")?.[1] ?? null;
}

/**
 * MQTT over TLS 1.2 and 1.3, AEAD suites only. A device that shows a certificate of the CA is the device it is pinned
 * to or names; one without any signs in as over plain MQTT, unless `required`; a wrong, expired or revoked one is
 * refused, also while it is connected. Throws Failure "invalid" for files that cannot be used.
 */
export async function listenTls(
  broker: DeviceBroker,
  options: {
    host: string;
    port: number;
    files: TlsFiles;
    required: boolean;
    refused: (reason: "certificate") => void;
    clock?: Clock;
    log: Log;
  },
): Promise<Listening> {
  const { host, port, files, required, refused, clock = systemClock, log } = options;
  const shownBySocket = new Map<TLSSocket, Shown>();
  let revoked = new Set<string>();
  const fixed = {
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    honorCipherOrder: true,
    requestCert: files.ca !== undefined,
    // Otherwise judged below: a device may come without a certificate and with a token.
    rejectUnauthorized: required,
    handshakeTimeout: limits.connectTimeoutMs,
  } as const;
  const create = () => {
    const read = readTlsFiles(files);
    revoked = read.revoked;
    try {
      return createServer({ ...fixed, ...read.contents }, accept);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Failure("invalid", `MQTT_TLS_KEY and MQTT_TLS_CERT cannot be used: ${reason}`, { cause });
    }
  };

  const refuse = (socket: TLSSocket, why: unknown, certificate: PeerCertificate | null) => {
    refused("certificate");
    log.info({ error: why, device: certificate?.subject?.CN }, "certificate refused");
    socket.on("error", () => undefined);
    socket.destroy();
  };
  /** A resumed session is not verified again by OpenSSL: both are looked at here for every connection. */
  const standing = ({ key, validTo }: Shown): "revoked" | "expired" | null =>
    revoked.has(key) ? "revoked" : clock() > validTo ? "expired" : null;

  function accept(socket: TLSSocket): void {
    const certificate = files.ca === undefined ? null : socket.getPeerCertificate();
    let certified: Certificate | null = null;
    if (certificate !== null && Object.keys(certificate).length > 0) {
      const shown = { key: certificateKey(certificate.raw), validTo: Date.parse(certificate.valid_to) };
      const why = socket.authorized ? standing(shown) : socket.authorizationError;
      if (why !== null) {
        refuse(socket, why, certificate);
        return;
      }
      certified = {
        name: nameOf(certificate),
        fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
      };
      shownBySocket.set(socket, shown);
      socket.once("close", () => shownBySocket.delete(socket));
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    broker.accept(socket, addressKey(socket.remoteAddress), certified);
  }

  const server = create();
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // Node ends a connection whose certificate it does not accept without an error of its own.
    const forCertificate = socket.authorizationError ?? /CERTIFICATE/.test(error.code ?? "");
    if (required && forCertificate) refused("certificate");
    log.debug({ err: error }, "TLS handshake failed");
    socket.destroy();
  });
  const listening = await listen(server, host, port, "MQTTS_PORT");
  let seen = stampOf(files);
  function reload() {
    const now = stampOf(files);
    if (now === seen) return;
    seen = now;
    try {
      const read = readTlsFiles(files);
      server.setSecureContext({ ...fixed, ...read.contents });
      revoked = read.revoked;
      log.info("TLS certificates and revocation list read again");
    } catch (error) {
      log.error({ err: error }, "changed TLS files cannot be used; the earlier ones stay");
    }
  }
  const checking = setInterval(() => {
    reload();
    for (const [socket, shown] of shownBySocket) {
      const why = standing(shown);
      if (why === null) continue;
      shownBySocket.delete(socket);
      refuse(socket, why, socket.getPeerCertificate());
    }
  }, CHECK_MS);
  return {
    ...listening,
    stopAccepting() {
      clearInterval(checking);
      listening.stopAccepting();
    },
  };
}
