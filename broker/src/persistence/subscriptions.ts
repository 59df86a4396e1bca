import { serialize } from "node:v8";
import { FilterTrie, type Subscription } from "./filter-trie.ts";
import type { SessionFile } from "./session-file.ts";

/**
 * The stored sessions and what they are subscribed to, which may be nothing. Those of one owner (a device) are bounded:
 * stock clients make random ids.
 */
export class StoredSubscriptions {
  private readonly byClient = new Map<string, Map<string, Subscription>>();
  /** Least recently used first. */
  private readonly byOwner = new Map<string, Set<string>>();
  readonly trie = new FilterTrie();

  constructor(
    private readonly file: SessionFile,
    private readonly ownerOf: (clientId: string) => string,
  ) {
    for (const clientId of file.load().sessions) this.open(clientId);
    for (const { client_id, body } of file.load().subscriptions) this.keep(client_id, body as Subscription);
  }

  /** The client keeps its session from now on. Whether there was one. */
  begin(clientId: string): boolean {
    if (this.byClient.has(clientId)) {
      this.touch(clientId);
      return true;
    }
    this.open(clientId);
    this.file.write("putSession", clientId);
    return false;
  }

  /** An unchanged one costs no write: devices subscribe anew at each connection. */
  add(clientId: string, subscription: Subscription): void {
    if (same(this.byClient.get(clientId)?.get(subscription.topic), subscription)) return;
    const copy = { ...subscription };
    this.keep(clientId, copy);
    this.file.write("putSubscription", clientId, copy.topic, serialize(copy));
  }

  remove(clientId: string, filter: string): void {
    const stored = this.byClient.get(clientId);
    if (!stored?.delete(filter)) return;
    this.trie.remove(clientId, filter);
    this.file.write("dropSubscription", clientId, filter);
  }

  forget(clientId: string): void {
    const stored = this.byClient.get(clientId);
    if (!stored) return;
    for (const filter of stored.keys()) this.trie.remove(clientId, filter);
    this.file.write("dropSubscriptions", clientId);
    this.file.write("dropSession", clientId);
    this.drop(clientId);
  }

  of(clientId: string): Subscription[] {
    return [...(this.byClient.get(clientId)?.values() ?? [])].map((subscription) => ({ ...subscription }));
  }

  private touch(clientId: string): void {
    const sessions = this.byOwner.get(this.ownerOf(clientId));
    if (sessions?.delete(clientId)) sessions.add(clientId);
  }

  /** The session of the same owner that was used longest ago, once there are more than `most`; never `clientId` itself. */
  superfluous(clientId: string, most: number): string | undefined {
    const sessions = this.byOwner.get(this.ownerOf(clientId));
    if (!sessions || sessions.size <= most) return undefined;
    for (const session of sessions) if (session !== clientId) return session;
    return undefined;
  }

  *clientsOf(filter: string): Generator<string> {
    for (const [clientId, stored] of this.byClient) if (stored.has(filter)) yield clientId;
  }

  count = (): number => this.byClient.size;

  subscribers(): number {
    let count = 0;
    for (const stored of this.byClient.values()) if (stored.size > 0) count += 1;
    return count;
  }

  private open(clientId: string): Map<string, Subscription> {
    const stored = new Map<string, Subscription>();
    this.byClient.set(clientId, stored);
    const owner = this.ownerOf(clientId);
    const sessions = this.byOwner.get(owner);
    if (sessions) sessions.add(clientId);
    else this.byOwner.set(owner, new Set([clientId]));
    return stored;
  }

  private keep(clientId: string, subscription: Subscription): void {
    const stored = this.byClient.get(clientId) ?? this.open(clientId);
    stored.set(subscription.topic, subscription);
    // QoS 0 is not kept for who is away (the specification lets the server choose).
    if (subscription.qos === 0) this.trie.remove(clientId, subscription.topic);
    else {
      const { topic, qos, rh, rap, nl } = subscription;
      this.trie.add({ clientId, topic, qos, rh, rap, nl });
    }
  }

  private drop(clientId: string): void {
    this.byClient.delete(clientId);
    const owner = this.ownerOf(clientId);
    const sessions = this.byOwner.get(owner);
    sessions?.delete(clientId);
    if (sessions?.size === 0) this.byOwner.delete(owner);
  }
}

/** Session ids begin with their device, see sessionId. */
export const deviceOwner = (clientId: string): string =>
  clientId.slice(0, Math.max(0, clientId.indexOf("/"))) || clientId;

function same(a: Subscription | undefined, b: Subscription): boolean {
  if (a === undefined) return false;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
