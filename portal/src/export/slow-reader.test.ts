import { once } from "node:events";
import { get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestApp, type TestApp } from "../testing/app.ts";

const PIECE = 256 * 1024;
/** About what 5 million rows of CSV are. */
const PIECES = 1200;
/** What sockets and streams on the way may hold, far less than the file. */
const HELD_BYTES = 24 * 1024 * 1024;

let t: TestApp;
let server: Server;
let made = 0;
let given = 0;

beforeEach(async () => {
  t = openTestApp();
  [made, given] = [0, 0];
  t.telemetry.extract = async () => ({
    rows: 5_000_000,
    body: new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new Uint8Array(PIECE));
          if (++made === PIECES) controller.close();
        },
        cancel: () => void given++,
      },
      { highWaterMark: 0 },
    ),
  });
  server = createAdaptorServer({ fetch: t.app.fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await t.close();
});

async function ask(): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const { headers } = t.key("owner", t.a.customerId);
  const request = get({ port, path: `/api/v1/assets/${t.a.assetId}/export?from=0`, headers, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

/** Resolves when no more is made for a while: the stream has come to its stand. */
async function stands(): Promise<number> {
  for (let before = -1; before !== made; ) {
    before = made;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return made * PIECE;
}

it("a reader who stops is not written ahead for: the portal holds little of a file of 300 MB", async () => {
  const response = await ask();
  expect(response.statusCode).toBe(200);
  expect(await stands()).toBeLessThan(HELD_BYTES);
  response.destroy();
});

it("a reader who goes away ends the work, and gives the place back", async () => {
  for (let i = 0; i < 3; i++) {
    const response = await ask();
    expect(response.statusCode).toBe(200);
    response.destroy();
    await expect.poll(() => given).toBe(i + 1);
  }
  expect(made * PIECE).toBeLessThan(3 * HELD_BYTES);
});

it("all of it arrives, and memory grows by less than 100 MB", async () => {
  const before = process.memoryUsage().rss;
  let [bytes, most] = [0, 0];
  for await (const chunk of (await ask()) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    most = Math.max(most, process.memoryUsage.rss() - before);
  }
  expect(bytes).toBe(PIECES * PIECE);
  // Client and server are both in this process.
  expect(most / 1e6).toBeLessThan(100);
});
