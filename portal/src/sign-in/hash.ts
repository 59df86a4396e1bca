import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * scrypt as OWASP's Password Storage Cheat Sheet asks (N 2^17, r 8, p 1: 128 MiB, about half a second).
 * At most two at a time, so that a burst of sign-ins cannot take the memory or the cores from everybody else.
 */
const STRENGTH = 17;
const R = 8;
const KEY_BYTES = 32;
const AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/** "scrypt$17$<salt>$<key>", base64url. */
export async function hashPassword(password: string, strength = STRENGTH): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, strength);
  return `scrypt$${strength}$${salt.toString("base64url")}$${key.toString("base64url")}`;
}

export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [kind, strength, salt, key] = hash.split("$");
  if (kind !== "scrypt" || !strength || !salt || !key) return false;
  const wanted = Buffer.from(key, "base64url");
  const given = await derive(password, Buffer.from(salt, "base64url"), Number(strength));
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

async function derive(password: string, salt: Buffer, strength: number): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resume) => waiting.push(resume));
  running++;
  try {
    const options = { N: 2 ** strength, r: R, p: 1, maxmem: 2 ** strength * R * 256 };
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}
