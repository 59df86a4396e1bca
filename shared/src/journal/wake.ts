import { timingSafeEqual } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import type { Log } from "../log.ts";
import { announce, type Door, findDoor, loopbackSecret } from "../run-dir.ts";
import type { JournalWriter } from "./journal.ts";

/**
 * The small socket beside a journal: it wakes the reader and carries its committed offset back, so that the owner
 * can trim. Lines of text: the client's first is `secret reader-name`; then numbers both ways, new heads to the
 * client, committed offsets to the server. It only speeds things up: readers also poll.
 */
const MAX_LINE = 256;

/** One number at a time towards a peer: the newest, when the socket can take it. What it overtakes was never needed. */
function latestTo(socket: Socket): (value: number) => void {
  let pending: number | null = null;
  let scheduled = false;
  const send = () => {
    scheduled = false;
    if (pending === null || socket.destroyed || socket.writableNeedDrain) return;
    socket.write(`${pending}\n`);
    pending = null;
  };
  socket.on("drain", send);
  return (value) => {
    pending = value;
    if (scheduled) return;
    scheduled = true;
    setImmediate(send);
  };
}

function onLines(socket: Socket, line: (text: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) socket.destroy();
    for (const text of lines) if (!socket.destroyed) line(text);
  });
}

function sequence(text: string): number | null {
  const value = Number(text);
  return text !== "" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function same(given: string, secret: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}

export async function serveWake(options: {
  dataDir: string;
  door: Door;
  journal: JournalWriter;
  log: Log;
}): Promise<{ close(): Promise<void> }> {
  const { dataDir, door, journal, log } = options;
  const secret = loopbackSecret(dataDir);
  const sockets = new Set<Socket>();
  const tellHead = new Set<(head: number) => void>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    // A program that connects and says nothing is not one of ours.
    socket.setTimeout(5_000, () => socket.destroy());
    let reader: string | null = null;
    const tell = latestTo(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      tellHead.delete(tell);
    });
    onLines(socket, (text) => {
      if (reader === null) {
        const [given = "", name = ""] = text.split(" ");
        if (!same(given, secret) || name === "") {
          log.warn({ door }, "wake connection refused");
          socket.destroy();
          return;
        }
        reader = name;
        socket.setTimeout(0);
        tellHead.add(tell);
        tell(journal.head());
        return;
      }
      const seq = sequence(text);
      if (seq === null) socket.destroy();
      else journal.reportOffset(reader, seq);
    });
  });

  journal.onCommit((head) => {
    for (const tell of tellHead) tell(head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") announce(dataDir, door, address.port);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;

/**
 * Stays connected to the door's program, through its restarts. `onHead` gets its newest head, also after each
 * reconnect; `report` tells the offset this reader has durably got to (the last one is told again on reconnect).
 * `onState` is told "back" at each connection, the first included, and "lost" once when it ends.
 */
export function connectWake(options: {
  dataDir: string;
  door: Door;
  reader: string;
  onHead: (head: number) => void;
  onState?: (state: "lost" | "back") => void;
  log: Log;
}): { report(seq: number): void; close(): void } {
  const { dataDir, door, reader, onHead, onState, log } = options;
  let socket: Socket | null = null;
  let tell: ((seq: number) => void) | null = null;
  let reported: number | null = null;
  let retryMs = FIRST_RETRY_MS;
  let retry: NodeJS.Timeout | null = null;
  let up = false;
  let everUp = false;
  let closed = false;

  function ended() {
    socket = null;
    tell = null;
    if (closed) return;
    if (up) {
      up = false;
      log.warn({ door, reader }, "wake connection lost");
      onState?.("lost");
    }
    retry = setTimeout(open, retryMs);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }

  function open() {
    const port = findDoor(dataDir, door);
    if (port === null) return ended();
    const attempt = connect({ port, host: "127.0.0.1", noDelay: true });
    socket = attempt;
    attempt.on("error", () => attempt.destroy());
    attempt.on("close", ended);
    attempt.on("connect", () => attempt.write(`${loopbackSecret(dataDir)} ${reader}\n`));
    onLines(attempt, (text) => {
      const head = sequence(text);
      if (head === null || closed) return void attempt.destroy();
      // Only a head proves that it is the right program: a stale door file may name a port someone else has now.
      if (!up) {
        up = true;
        retryMs = FIRST_RETRY_MS;
        log.info({ door, reader }, everUp ? "wake connection is back" : "wake connection opened");
        everUp = true;
        tell = latestTo(attempt);
        if (reported !== null) tell(reported);
        onState?.("back");
      }
      onHead(head);
    });
  }

  open();
  return {
    report(seq) {
      reported = seq;
      tell?.(seq);
    },
    close() {
      closed = true;
      if (retry) clearTimeout(retry);
      socket?.destroy();
    },
  };
}
