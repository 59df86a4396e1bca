import type { deviceCredentials } from "@millwright/shared/db/schema";
import { z } from "zod";
import { newDeviceSecret, newId, sha256Hex } from "../secrets.ts";

/** token: the MQTT user name alone. secret: user name = device id, password = secret. */
export const credentialKindSchema = z.enum(["token", "secret"]);
export type CredentialKind = z.infer<typeof credentialKindSchema>;

/** Shown once, when it is made; only its hash is kept. */
export type Credential = { kind: "token"; token: string } | { kind: "secret"; secret: string };

export function newCredential(
  deviceId: string,
  kind: CredentialKind,
  nowMs: number,
): { credential: Credential; row: typeof deviceCredentials.$inferInsert } {
  const random = newDeviceSecret();
  return {
    credential: kind === "token" ? { kind, token: random } : { kind, secret: random },
    row: { id: newId("cred"), deviceId, kind, hash: sha256Hex(random), createdAt: nowMs },
  };
}
