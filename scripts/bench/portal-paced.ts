import type { Socket } from "node:net";
import { open, packet } from "./load.ts";

/** Publishes at a steady rate over one connection each, until it is ended. Options come as JSON on stdin. */
type Options = { port: number; tokens: string[]; perSecond: number };
const TICK_MS = 20;

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { port, tokens, perSecond } = JSON.parse(text) as Options;
const sockets: Socket[] = [];
for (const [i, token] of tokens.entries()) {
  const socket = await open(port, `paced-${i}`, token);
  // The PUBACKs are not looked at: the rate is the measure, not the window.
  socket.on("data", () => undefined);
  sockets.push(socket);
}
process.stdout.write("ready\n");
const startedAt = performance.now();
let sent = 0;
setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
  for (; sent < due; sent++) sockets[sent % sockets.length]!.write(packet(Date.now(), (sent % 65_535) + 1));
}, TICK_MS);
