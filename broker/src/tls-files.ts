import { readFileSync, statSync } from "node:fs";
import { Failure } from "@millwright/shared/failure";
import type { BrokerConfig } from "./config.ts";
import { listsIn, revokedIn } from "./crl.ts";

/** PEM files; `ca` set = devices may sign in with a certificate it has signed. */
export type TlsFiles = { key: string; cert: string; ca?: string | undefined; crl?: string | undefined };

const VARIABLES = {
  key: "MQTT_TLS_KEY",
  cert: "MQTT_TLS_CERT",
  ca: "MQTT_TLS_CA",
  crl: "MQTT_TLS_CRL",
} as const;

export function tlsFiles(config: BrokerConfig): TlsFiles {
  const { MQTT_TLS_KEY: key, MQTT_TLS_CERT: cert, MQTT_TLS_CA: ca, MQTT_TLS_CRL: crl } = config;
  if (key === undefined || cert === undefined) {
    const message =
      "MQTTS_PORT needs MQTT_TLS_KEY and MQTT_TLS_CERT, the files of the broker's key and certificate.";
    throw new Failure("invalid", message, { field: key === undefined ? "MQTT_TLS_KEY" : "MQTT_TLS_CERT" });
  }
  const orphan = crl !== undefined && ca === undefined ? "MQTT_TLS_CRL" : null;
  if (orphan ?? (config.MQTT_TLS_REQUIRE_CERT && ca === undefined)) {
    const field = orphan ?? "MQTT_TLS_REQUIRE_CERT";
    throw new Failure("invalid", `${field} needs MQTT_TLS_CA, the file of the devices' CA.`, { field });
  }
  return { key, cert, ca, crl };
}

/** The files' contents for Node's TLS, and the certificates that the revocation list names. */
export function readTlsFiles(files: TlsFiles) {
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
  const crl = one("crl");
  return {
    contents: {
      key: one("key"),
      cert: one("cert"),
      ca: one("ca"),
      crl: crl && listsIn(crl.toString("utf8")),
    },
    revoked: crl === undefined ? new Set<string>() : revokedOf(crl.toString("utf8")),
  };
}

function revokedOf(pem: string): Set<string> {
  const lists = listsIn(pem);
  try {
    if (lists.length === 0) throw new RangeError("no X509 CRL block in PEM form");
    return revokedIn(lists);
  } catch (cause) {
    const message = `MQTT_TLS_CRL is no list of revoked certificates: ${(cause as Error).message}.`;
    throw new Failure("invalid", message, { cause, field: "MQTT_TLS_CRL" });
  }
}

/** Changes when a file does. */
export const stampOf = (files: TlsFiles): string =>
  Object.values(files)
    .map((file) => {
      if (file === undefined) return "";
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? "none" : `${stat.mtimeMs}/${stat.size}/${stat.ino}`;
    })
    .join();
