import { createHash, randomBytes } from "node:crypto";

/** "ast_" + 120 random bits: ids cannot be guessed or counted. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(15).toString("base64url")}`;
}

/** 160 random bits, letters and digits only, so that it survives every shell, URL and configuration file. */
export function newDeviceSecret(): string {
  return randomBytes(20).toString("hex");
}

/** "mw_" + 256 random bits. */
export function newApiKey(): string {
  return `mw_${randomBytes(32).toString("base64url")}`;
}

/** 120 random bits for a first password, handed over once. */
export function newPassword(): string {
  return randomBytes(15).toString("base64url");
}

/** Random secrets need no slow hash: there is nothing to guess. Lower-case hex. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
