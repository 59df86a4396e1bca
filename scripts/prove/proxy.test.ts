import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../stories/support/wait.ts";
import { startProxy, type TcpProxy } from "./proxy.ts";

let server: Server;
let proxy: TcpProxy;
let arrived: Buffer[];
let ends: Socket[];
let client: Socket;

beforeEach(async () => {
  arrived = [];
  ends = [];
  server = createServer((socket) => {
    ends.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => arrived.push(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  proxy = await startProxy(typeof address === "object" && address ? address.port : 0);
  client = dial(proxy.port, "127.0.0.1");
  client.on("error", () => undefined);
  await until("the connection", () => ends.length === 1);
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

const text = () => Buffer.concat(arrived).toString();

describe("the faulty network", () => {
  it("passes every byte on in order, in pieces and late", async () => {
    proxy.weather({ waitMs: () => 1, pieceBytes: 3, cuts: () => false });
    const message = "0123456789".repeat(5);
    client.write(message.slice(0, 20));
    client.write(message.slice(20));
    await until("the bytes", () => text().length >= message.length);
    expect(text()).toBe(message);
  });

  it("cuts in the middle: a part arrives, both ends are told", async () => {
    proxy.weather({ waitMs: () => 0, pieceBytes: 100, cuts: () => true });
    const closed = Promise.all(
      [client, ends[0]!].map((end) => new Promise((resolve) => end.once("close", resolve))),
    );
    client.write("x".repeat(40));
    await closed;
    expect(text().length).toBeLessThan(40);
  });

  it("swallows: nothing passes, nobody hears of the other's end, and it is counted", async () => {
    proxy.swallow();
    client.write("lost");
    ends[0]!.destroy();
    await until("the end", () => proxy.ended() === 1);
    expect(text()).toBe("");
    expect(client.destroyed).toBe(false);
  });
});
