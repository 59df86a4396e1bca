import { X509Certificate } from "node:crypto";
import type { deviceCredentials } from "@millwright/shared/db/schema";
import { z } from "zod";
import { invalid } from "../access/input.ts";
import { newDeviceSecret, newId, sha256Hex } from "../secrets.ts";

/**
 * token: the MQTT user name alone. secret: user name (the device id, unless firmware chose one) and password.
 * certificate: of the CA the broker trusts, known by its fingerprint.
 */
export const credentialKindSchema = z.enum(["token", "secret", "certificate"]);

/** What can be made here; a certificate is made by its CA. */
export const madeKindSchema = z.enum(["token", "secret"]);

/** Shown once, when it is made; only its hash is kept. A certificate is no secret. */
export type Credential =
  | { kind: "token"; token: string }
  | { kind: "secret"; secret: string; username?: string }
  | { kind: "certificate"; fingerprint: string };

type Row = typeof deviceCredentials.$inferInsert;

export function newCredential(
  deviceId: string,
  kind: z.infer<typeof madeKindSchema>,
  nowMs: number,
): { credential: Credential; row: Row } {
  const random = newDeviceSecret();
  const credential: Credential = kind === "token" ? { kind, token: random } : { kind, secret: random };
  return { credential, row: credentialRow(deviceId, credential, nowMs) };
}

export function credentialRow(deviceId: string, credential: Credential, nowMs: number): Row {
  const row = { id: newId("cred"), deviceId, kind: credential.kind, createdAt: nowMs };
  switch (credential.kind) {
    case "token":
      return { ...row, hash: sha256Hex(credential.token) };
    case "secret":
      return { ...row, hash: sha256Hex(credential.secret), username: credential.username ?? null };
    case "certificate":
      return { ...row, hash: credential.fingerprint };
  }
}

/**
 * SHA-256 fingerprint, lower-case hex, of a certificate given as PEM, as base64 of its DER, or by that fingerprint
 * itself. Throws InvalidInput naming `field`.
 */
export function fingerprintOf(text: string, field: string): string {
  const hex = text.trim().replace(/[:\s]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  try {
    const isPem = text.includes("-----BEGIN");
    const certificate = new X509Certificate(isPem ? text : Buffer.from(text, "base64"));
    return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  } catch {
    throw invalid(field, "must be a certificate in PEM form or its SHA-256 fingerprint in hex");
  }
}

/** Stands for every certificate of the CA that names the device. */
export const byNameHash = (deviceId: string): string => `cn:${deviceId}`;
