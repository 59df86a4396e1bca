/** A stored subscription as aedes asks for it; `rh`, `rap` and `nl` are MQTT 5's and only carried along. */
export type Subscription = { topic: string; qos: number; [option: string]: unknown };
export type Subscriber = Subscription & { clientId: string };

type Node = { below: Map<string, Node>; here: Map<string, Subscriber> };

const node = (): Node => ({ below: new Map(), here: new Map() });

/** Filters by level, to find who wants a topic without asking everyone. Maps: a level may be called `__proto__`. */
export class FilterTrie {
  private readonly root = node();
  size = 0;

  /** Replaces what the client had under the same filter. */
  add(subscriber: Subscriber): void {
    let at = this.root;
    for (const level of subscriber.topic.split("/")) {
      let next = at.below.get(level);
      if (next === undefined) {
        next = node();
        at.below.set(level, next);
      }
      at = next;
    }
    if (!at.here.has(subscriber.clientId)) this.size += 1;
    at.here.set(subscriber.clientId, subscriber);
  }

  remove(clientId: string, filter: string): void {
    const levels = filter.split("/");
    const path = [this.root];
    for (const level of levels) {
      const next = path.at(-1)?.below.get(level);
      if (next === undefined) return;
      path.push(next);
    }
    if (path.at(-1)?.here.delete(clientId)) this.size -= 1;
    for (let depth = levels.length; depth > 0; depth--) {
      const { below, here } = path[depth]!;
      if (below.size > 0 || here.size > 0) return;
      path[depth - 1]!.below.delete(levels[depth - 1]!);
    }
  }

  match(topic: string): Subscriber[] {
    const found: Subscriber[] = [];
    const levels = topic.split("/");
    const visit = (at: Node, depth: number) => {
      const wild = depth > 0 || !isReserved(topic);
      // `a/#` includes `a` itself (MQTT-4.7.1-2).
      const all = wild ? at.below.get("#") : undefined;
      if (all) found.push(...all.here.values());
      const level = levels[depth];
      if (level === undefined) {
        found.push(...at.here.values());
        return;
      }
      const any = wild ? at.below.get("+") : undefined;
      if (any) visit(any, depth + 1);
      const exact = at.below.get(level);
      if (exact && level !== "+" && level !== "#") visit(exact, depth + 1);
    };
    visit(this.root, 0);
    return found;
  }
}

/** Topics that a filter has to name: one that begins with a wildcard does not match them (MQTT-4.7.2-1). */
const isReserved = (topic: string): boolean => topic.startsWith("$");

export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (isReserved(topic) && (filter.startsWith("+") || filter.startsWith("#"))) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [depth, level] of wanted.entries()) {
    if (level === "#") return true;
    if (depth >= levels.length || (level !== "+" && level !== levels[depth])) return false;
  }
  return wanted.length === levels.length;
}
