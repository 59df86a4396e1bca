import { serialize } from "node:v8";
import { FilterTrie, type Subscription } from "./filter-trie.ts";
import type { SessionFile } from "./session-file.ts";

/** What stored sessions are subscribed to. Sessions of one owner (a device) are bounded: stock clients make random ids. */
export class StoredSubscriptions {
  private readonly byClient = new Map<string, Map<string, Subscription>>();
  /** Least recently used first. */
  private readonly byOwner = new Map<string, Set<string>>();
  readonly trie = new FilterTrie();

  constructor(private readonly file: SessionFile) {
    for (const { client_id, body } of file.load().subscriptions) this.keep(client_id, body as Subscription);
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
    if (stored.size === 0) this.drop(clientId);
  }

  forget(clientId: string): void {
    const stored = this.byClient.get(clientId);
    if (!stored) return;
    for (const filter of stored.keys()) this.trie.remove(clientId, filter);
    this.file.write("dropSubscriptions", clientId);
    this.drop(clientId);
  }

  of(clientId: string): Subscription[] {
    return [...(this.byClient.get(clientId)?.values() ?? [])].map((subscription) => ({ ...subscription }));
  }

  touch(clientId: string): void {
    const sessions = this.byOwner.get(ownerOf(clientId));
    if (sessions?.delete(clientId)) sessions.add(clientId);
  }

  /** The session of the same owner that was used longest ago, once there are more than `most`; never `clientId` itself. */
  superfluous(clientId: string, most: number): string | undefined {
    const sessions = this.byOwner.get(ownerOf(clientId));
    if (!sessions || sessions.size <= most) return undefined;
    for (const session of sessions) if (session !== clientId) return session;
    return undefined;
  }

  *clientsOf(filter: string): Generator<string> {
    for (const [clientId, stored] of this.byClient) if (stored.has(filter)) yield clientId;
  }

  count = (): number => this.byClient.size;

  private keep(clientId: string, subscription: Subscription): void {
    let stored = this.byClient.get(clientId);
    if (stored === undefined) {
      stored = new Map();
      this.byClient.set(clientId, stored);
      const owner = ownerOf(clientId);
      const sessions = this.byOwner.get(owner);
      if (sessions) sessions.add(clientId);
      else this.byOwner.set(owner, new Set([clientId]));
    }
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
    const owner = ownerOf(clientId);
    const sessions = this.byOwner.get(owner);
    sessions?.delete(clientId);
    if (sessions?.size === 0) this.byOwner.delete(owner);
  }
}

/** Session ids begin with their device, see sessionId. */
const ownerOf = (clientId: string): string =>
  clientId.slice(0, Math.max(0, clientId.indexOf("/"))) || clientId;

function same(a: Subscription | undefined, b: Subscription): boolean {
  if (a === undefined) return false;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
