import type { Client } from "aedes";

type Done = (error?: Error | null) => void;

/**
 * QoS 2 publishes on their way to the journal, by session and packet id. A device that waits too long sends again, in
 * the same connection or in the next of its stored session: that one joins the first instead of being kept twice.
 */
export function createHandshakes() {
  const waiting = new Map<string, Done[]>();
  const connections = new WeakMap<Client, number>();
  let last = 0;

  /** A stored session goes on in its next connection; a clean one ends with its own. */
  function key(client: Client, messageId: number): string {
    let connection = 0;
    if (client.clean) {
      connection = connections.get(client) ?? ++last;
      connections.set(client, connection);
    }
    return `${connection} ${messageId} ${client.id}`;
  }

  return {
    /** `keep` keeps it, once; `done` hears how that ended, whoever began. */
    once(client: Client, messageId: number, keep: (kept: Done) => void, done: Done): void {
      const name = key(client, messageId);
      const others = waiting.get(name);
      if (others) {
        others.push(done);
        return;
      }
      waiting.set(name, []);
      keep((error) => {
        const joined = waiting.get(name) ?? [];
        waiting.delete(name);
        done(error);
        // After the first has been noted as received.
        for (const each of joined) setImmediate(each, error);
      });
    },
  };
}
