import { EventEmitter } from "node:events";
import type { Disk } from "./disk.ts";
import { loadThread } from "./load-thread.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

type Port = EventEmitter & { postMessage(message: unknown): void; close(): void };

/**
 * `Worker` of node:worker_threads, in this thread and in virtual time: the real code of the writing threads, where a
 * message to one takes as long as a disk may. A thread handles one message after the other.
 */
export function threadsOf(time: VirtualTime, disk: Disk) {
  const chance = disk.chance.fork("threads");

  return class Thread extends EventEmitter {
    private readonly inside: Port;
    private readonly owner: Owner = time.current;
    private freeAt = 0;
    private toldAt = 0;

    constructor(url: URL, { workerData }: { workerData: unknown }) {
      super();
      this.inside = Object.assign(new EventEmitter(), {
        postMessage: (message: unknown) => this.tell(() => this.emit("message", message)),
        close: () => this.tell(() => this.emit("exit", 0)),
      });
      loadThread(url, {
        "node:worker_threads": { parentPort: this.inside, workerData },
        "node:fs": disk.filesOf(this.owner),
      });
    }

    postMessage(message: unknown): void {
      const [fastest, slowest] = disk.commitMs;
      this.freeAt = Math.max(time.now, this.freeAt) + chance.between(fastest, slowest);
      const handle = disk.queued(this.owner, () => this.inside.emit("message", message));
      time.after(this.freeAt - time.now, this.owner, handle);
    }

    /** Back to the program, in order. */
    private tell(run: () => void): void {
      this.toldAt = Math.max(this.toldAt, time.now + chance.between(0.02, 0.2));
      time.after(this.toldAt - time.now, this.owner, run);
    }
  };
}
