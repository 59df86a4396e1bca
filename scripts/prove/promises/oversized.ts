import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { withPlant } from "../plant.ts";
import { checklist, type Proof } from "../promise.ts";

/** A fixed header that declares 256 MB less one. */
const HUGE = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
const CHUNK = Buffer.alloc(65_536);

const rssMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

function connectPacket(token: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
  const body = Buffer.concat([text("MQTT"), Buffer.from([4, 0b1000_0010, 0, 60]), text("huge"), text(token)]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** Streams what the header declares until it is cut off; how many bytes the kernel took, null when it never was. */
function stream(port: number, first: Buffer | null): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const give = setTimeout(() => socket.destroy(), 8_000);
    let timedOut = true;
    socket.on("error", () => undefined);
    const pour = () => {
      while (!socket.destroyed && socket.bytesWritten < 268_435_456 && socket.write(CHUNK));
    };
    const start = () => {
      socket.write(HUGE);
      socket.on("drain", pour);
      pour();
    };
    socket.on("end", () => {
      timedOut = false;
    });
    socket.on("close", (failed) => {
      clearTimeout(give);
      resolve(timedOut && !failed ? null : socket.bytesWritten - socket.writableLength);
    });
    socket.on("connect", () => {
      if (first === null) return start();
      socket.write(first);
      socket.once("data", start);
    });
  });
}

export const oversized: Proof = {
  title: "a packet of 256 MB is cut off at its header",
  prove: ({ long }) =>
    withPlant(1, {}, async (product, [machine]) => {
      const { failures, expect } = checklist();
      const pid = product.pid("broker")!;
      const before = rssMb(pid);
      const rounds = long ? 100 : 10;
      let most = 0;
      for (let i = 0; i < rounds; i++) {
        for (const first of [null, connectPacket(machine.token)]) {
          const taken = await stream(product.mqttPort, first);
          const when = first ? "after" : "before";
          expect(taken !== null, `not cut off ${when} CONNECT`);
          most = Math.max(most, taken ?? Number.POSITIVE_INFINITY);
        }
      }
      const grewMb = rssMb(pid) - before;
      expect(most < 8_388_608, `${most} bytes were taken`);
      expect(grewMb < 50, `the broker grew by ${grewMb.toFixed(0)} MB`);
      expect(product.pid("broker") === pid, "the broker died");
      const note = `at most ${(most / 1_048_576).toFixed(1)} MB went into the sockets; RSS ${grewMb >= 0 ? "+" : ""}${grewMb.toFixed(0)} MB`;
      return { attempts: rounds * 2, lost: 0, doubled: 0, phantom: 0, failures, note };
    }),
};
