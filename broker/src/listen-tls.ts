import { readFileSync, statSync } from "node:fs";
import { createServer, type PeerCertificate, type TLSSocket } from "node:tls";
import { Failure } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import { addressKey } from "./admit.ts";
import type { DeviceBroker } from "./broker.ts";
import { limits } from "./limits.ts";
import { type Listening, listen } from "./listen.ts";

/** Node's own default also takes CBC, CCM8 and RSA key exchange. */
const CIPHERS =
  "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20";
/** Renewed certificates and revocation lists are seen within this time. */
const RELOAD_CHECK_MS = 1_000;

/** PEM files; `ca` set = devices may sign in with a certificate it has signed. */
export type TlsFiles = { key: string; cert: string; ca?: string | undefined; crl?: string | undefined };

const VARIABLES = {
  key: "MQTT_TLS_KEY",
  cert: "MQTT_TLS_CERT",
  ca: "MQTT_TLS_CA",
  crl: "MQTT_TLS_CRL",
} as const;

function read(files: TlsFiles) {
  const one = (name: keyof TlsFiles) => {
    const file = files[name];
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (cause) {
      const message = `${VARIABLES[name]}: ${file} cannot be read.`;
      throw new Failure("invalid", message, { cause, field: VARIABLES[name] });
    }
  };
  return { key: one("key"), cert: one("cert"), ca: one("ca"), crl: one("crl") };
}

const stamp = (files: TlsFiles): string =>
  Object.values(files)
    .map((file) => (file === undefined ? "" : statSync(file, { throwIfNoEntry: false })?.mtimeMs))
    .join();

/** Whom a certificate is for: its common name, or else the first DNS name among its alternative names. */
function deviceOfCertificate({ subject, subjectaltname }: PeerCertificate): string | null {
  const name: unknown = subject?.CN;
  if (typeof name === "string" && name !== "") return name;
  return /(?:^|, )DNS:([^,]+)/.exec(subjectaltname ?? "")?.[1] ?? null;
}

/**
 * MQTT over TLS 1.2 and 1.3, AEAD suites only. A device that shows a certificate of the CA is the device it names; one
 * without any signs in as over plain MQTT; a wrong, expired or revoked one is refused. Throws Failure "invalid" for
 * files that cannot be used.
 */
export async function listenTls(
  broker: DeviceBroker,
  options: {
    host: string;
    port: number;
    files: TlsFiles;
    refused: (reason: "certificate") => void;
    log: Log;
  },
): Promise<Listening> {
  const { host, port, files, refused, log } = options;
  const fixed = {
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    honorCipherOrder: true,
    requestCert: files.ca !== undefined,
    // Judged below: a device may come without a certificate and with a token.
    rejectUnauthorized: false,
    handshakeTimeout: limits.connectTimeoutMs,
  } as const;
  const create = () => {
    const contents = read(files);
    try {
      return createServer({ ...fixed, ...contents }, accept);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Failure("invalid", `MQTT_TLS_KEY and MQTT_TLS_CERT cannot be used: ${reason}`, { cause });
    }
  };

  function accept(socket: TLSSocket): void {
    const certificate = files.ca === undefined ? null : socket.getPeerCertificate();
    const shown = certificate !== null && Object.keys(certificate).length > 0;
    const device = shown && socket.authorized ? deviceOfCertificate(certificate) : null;
    if (shown && device === null) {
      refused("certificate");
      log.info({ error: socket.authorizationError, device: certificate.subject?.CN }, "certificate refused");
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    broker.accept(socket, addressKey(socket.remoteAddress), device);
  }

  const server = create();
  server.on("tlsClientError", (error, socket) => {
    log.debug({ err: error }, "TLS handshake failed");
    socket.destroy();
  });
  const listening = await listen(server, host, port, "MQTTS_PORT");
  let seen = stamp(files);
  const reload = setInterval(() => {
    const now = stamp(files);
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext({ ...fixed, ...read(files) });
      log.info("TLS certificates and revocation list read again");
    } catch (error) {
      log.error({ err: error }, "changed TLS files cannot be used; the earlier ones stay");
    }
  }, RELOAD_CHECK_MS);
  return {
    ...listening,
    stopAccepting() {
      clearInterval(reload);
      listening.stopAccepting();
    },
  };
}
