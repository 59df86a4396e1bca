import { deviceCredentials, devices } from "@millwright/shared/db/schema";
import { Failure } from "@millwright/shared/failure";
import {
  PROVISION_USER,
  type ProvisionErrand,
  type ProvisionResponse,
} from "@millwright/shared/wire/provisioning";
import { and, eq, ne } from "drizzle-orm";
import type { Writer } from "../access/audit.ts";
import { invalid } from "../access/input.ts";
import { newDeviceSecret } from "../secrets.ts";
import { type Credential, fingerprintOf } from "./credential.ts";

/** The credential a request asks for: made here, or chosen by the device. */
export type Chosen = {
  of: (deviceId: string) => Credential;
  username: string | undefined;
  /** Given back as it came; sessions belong to the device whatever client id it uses. */
  clientId: string | undefined;
};

/** Secrets are kept under one fast hash, so a short one could be guessed from a stolen database. */
const SHORTEST_SECRET = 16;

/** Throws InvalidInput naming the field of the request. */
export function chosenCredential({ request, certificate }: ProvisionErrand): Chosen {
  const { credentialsType, token, username, password, clientId, hash } = request;
  const chosen = { username: undefined, clientId: undefined };
  switch (credentialsType) {
    case "ACCESS_TOKEN": {
      const value = token === undefined ? newDeviceSecret() : strong(token, "token");
      return { ...chosen, of: () => ({ kind: "token", token: value }) };
    }
    case "MQTT_BASIC": {
      if (username === PROVISION_USER) throw invalid("username", "is reserved");
      const secret = password === undefined ? newDeviceSecret() : strong(password, "password");
      return {
        username,
        clientId,
        of: () => ({ kind: "secret", secret, ...(username ? { username } : {}) }),
      };
    }
    case "X509_CERTIFICATE": {
      const fingerprint = hash === undefined ? certificate : fingerprintOf(hash, "hash");
      if (fingerprint === null) throw invalid("hash", "is missing");
      if (certificate !== null && certificate !== fingerprint)
        throw invalid("hash", "is not of the certificate that was shown");
      return { ...chosen, of: () => ({ kind: "certificate", fingerprint }) };
    }
  }
}

function strong(secret: string, field: string): string {
  if (secret.length >= SHORTEST_SECRET && /^[\x21-\x7e]+$/.test(secret)) return secret;
  throw invalid(field, `must be ${SHORTEST_SECRET} or more printable characters without blanks`);
}

/** Two devices with one user name could be told apart by their passwords only. */
export function demandFreeUsername(tx: Writer, { username }: Chosen, deviceId: string): void {
  if (username === undefined) return;
  const other = tx
    .select({ id: deviceCredentials.id })
    .from(deviceCredentials)
    .where(and(eq(deviceCredentials.username, username), ne(deviceCredentials.deviceId, deviceId)))
    .get();
  const device = tx
    .select({ id: devices.id })
    .from(devices)
    .where(and(eq(devices.id, username), ne(devices.id, deviceId)))
    .get();
  if (other ?? device) throw new Failure("conflict", "The user name is taken.", { field: "username" });
}

export function responseOf(chosen: Chosen, credential: Credential, deviceId: string): ProvisionResponse {
  const status = "SUCCESS";
  switch (credential.kind) {
    case "token":
      return { status, credentialsType: "ACCESS_TOKEN", credentialsValue: credential.token };
    case "certificate":
      return { status, credentialsType: "X509_CERTIFICATE", credentialsValue: credential.fingerprint };
    case "secret": {
      const { clientId } = chosen;
      const names = { userName: chosen.username ?? deviceId, password: credential.secret };
      const credentialsValue = clientId === undefined ? names : { clientId, ...names };
      return { status, credentialsType: "MQTT_BASIC", credentialsValue };
    }
  }
}
