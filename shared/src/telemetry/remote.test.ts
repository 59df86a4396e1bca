import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { announce, loopbackSecret } from "../run-dir.ts";
import type { LiveBatch } from "./read-api.ts";
import { remoteTelemetry } from "./remote.ts";

describe("remote telemetry", () => {
  let dataDir: string;
  let server: Server;
  let answer: (request: IncomingMessage, body: string, response: ServerResponse) => void;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "millwright-remote-"));
    server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      answer(request, body, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    announce(dataDir, "ingest", (server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("asks with the loopback secret and gives back the answer", async () => {
    const asked: unknown[] = [];
    answer = (request, body, response) => {
      asked.push([request.method, request.url, request.headers.authorization, body && JSON.parse(body)]);
      response.end(JSON.stringify([{ tag: "flow", points: [] }]));
    };
    const query = { devices: ["a"], from: 1, to: 2, buckets: 3 };
    const reader = remoteTelemetry({ dataDir });
    expect(await reader.range(query)).toEqual([{ tag: "flow", points: [] }]);
    await reader.latest(["a"]);
    await reader.attributes?.(["a"]);
    await reader.health();
    const bearer = `Bearer ${loopbackSecret(dataDir)}`;
    expect(asked).toEqual([
      ["POST", "/range", bearer, query],
      ["POST", "/latest", bearer, { devices: ["a"] }],
      ["POST", "/attributes", bearer, { devices: ["a"] }],
      ["GET", "/health", bearer, ""],
    ]);
  });

  it.each([
    [
      503,
      { message: "the telemetry store took longer than 5 s to answer" },
      "unavailable",
      /longer than 5 s/,
    ],
    [500, "boom", "unavailable", /ingest answered 500/],
    [400, { message: "buckets must be a whole number", field: "buckets" }, "invalid", /whole number/],
    [401, {}, "unavailable", /secret/],
    [200, "<html>", "unavailable", /does not answer/],
  ])("turns %s %j into a failure with a sentence", async (status, body, code, sentence) => {
    answer = (_, __, response) => {
      response.statusCode = status;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const asked = remoteTelemetry({ dataDir }).latest(["a"]);
    await expect(asked).rejects.toMatchObject({
      name: "Failure",
      code,
      message: expect.stringMatching(sentence),
    });
  });

  it("says so when ingest has not started, or is gone", async () => {
    const empty = mkdtempSync(join(tmpdir(), "millwright-remote-"));
    await expect(remoteTelemetry({ dataDir: empty }).health()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("has not started"),
    });
    rmSync(empty, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const reader = remoteTelemetry({ dataDir });
    await expect(reader.latest([])).rejects.toMatchObject({ code: "unavailable" });
    await expect(reader.live(new AbortController().signal, () => undefined)).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  const batch = (at: number): LiveBatch => ({
    at,
    values: [{ device: "é", tag: "t", time: at, value: 1, quality: "good", note: null, listed: true }],
    presence: [],
  });

  it("gives live batches however their bytes are cut, until ingest ends the stream", async () => {
    answer = (_, __, response) => {
      const bytes = Buffer.from(`${JSON.stringify(batch(1))}\n\n${JSON.stringify(batch(2))}\n{"at":3,`);
      // Cut within the two bytes of "é".
      const cut = bytes.indexOf("é") + 1;
      response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))));
    };
    const got: LiveBatch[] = [];
    await remoteTelemetry({ dataDir }).live(new AbortController().signal, (given) => got.push(given));
    expect(got).toEqual([batch(1), batch(2)]);
  });

  it("returns when the connection breaks off", async () => {
    answer = (_, __, response) => {
      response.write(`${JSON.stringify(batch(1))}\n`, () => setImmediate(() => response.destroy()));
    };
    const got: LiveBatch[] = [];
    await remoteTelemetry({ dataDir }).live(new AbortController().signal, (given) => got.push(given));
    expect(got.length).toBeLessThanOrEqual(1);
  });

  it("lets go of the stream when the caller aborts", async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_, __, response) => {
        response.on("close", resolve);
        response.write(`${JSON.stringify(batch(1))}\n`);
      };
    });
    const stop = new AbortController();
    await remoteTelemetry({ dataDir }).live(stop.signal, () => stop.abort());
    await closed;
  });
});
