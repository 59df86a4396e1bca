import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import { ConnectRefused } from "./authenticate.ts";
import type { Certificate } from "./credentials.ts";
import type { SignedIn } from "./credentials-db.ts";
import type { guardFrames } from "./frame-guard.ts";

/** One connection, from accept to close. */
export type Link = {
  conn: Duplex;
  client: Client;
  ip: string;
  /** What its verified certificate says. */
  certified: Certificate | null;
  guard: ReturnType<typeof guardFrames>;
  signedIn: SignedIn | ConnectRefused | null;
  /** What its session has subscribed, as the device calls it. */
  filters: Set<string>;
  /** The broker ended it: no fault of the device's, so its will is not published. */
  ended: boolean;
};

/** What aedes keeps to itself and we have to reach: its packets before it acts on them, and the will it would publish. */
export type ClientInside = Client & { _parser: EventEmitter; will: unknown };

/** Who is at the other end; null before it has signed in and after it was refused. */
export function deviceOn(link: Link | undefined): SignedIn | null {
  const signedIn = link?.signedIn ?? null;
  return signedIn instanceof ConnectRefused ? null : signedIn;
}
