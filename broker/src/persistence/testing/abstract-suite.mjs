/**
 * aedes-persistence's own suite, run by abstract.test.ts. With "reopened", the file is closed and opened again before
 * every call that reads: what is then answered has been on the disk.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { limits } from "../../limits.ts";
import { SessionPersistence } from "../persistence.ts";

// The suite of exactly the version that aedes runs with.
const fromAedes = createRequire(createRequire(import.meta.url).resolve("aedes"));
const abstractPersistence = fromAedes("aedes-persistence/abstract.js");
const reopened = process.argv.includes("reopened");
const dir = mkdtempSync(join(tmpdir(), "sessions-"));
after(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

function open(file) {
  return new SessionPersistence({ file, limits, dropped: () => undefined });
}

/** The same interface over a file that is closed and opened again before each call that reads. */
function reopening(file) {
  let broker;
  let instance = open(file);
  const reopened = async () => {
    await instance.destroy();
    instance = open(file);
    await instance.setup(broker);
    return instance;
  };
  const setup = async (given) => {
    broker = given;
    await instance.setup(given);
  };
  const reads = /^(subscriptionsBy|countOffline|incomingGet|getWill|outgoingClear)/;
  const streams = /Stream|^streamWill$|^getClientList$/;
  return new Proxy(
    { setup },
    {
      get(target, name) {
        if (name === "broker") return broker;
        if (name === "then") return undefined;
        if (name in target) return target[name];
        if (reads.test(name)) return async (...args) => (await reopened())[name](...args);
        if (!streams.test(name)) return (...args) => instance[name](...args);
        return (...args) => ({
          readableHighWaterMark: 1,
          async *[Symbol.asyncIterator]() {
            yield* await (await reopened())[name](...args).toArray();
          },
        });
      },
    },
  );
}

abstractPersistence({
  test,
  testAsync: true,
  persistence: () => {
    files += 1;
    const file = join(dir, `${files}.db`);
    return reopened ? reopening(file) : open(file);
  },
});
