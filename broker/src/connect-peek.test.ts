import { generate, type Packet } from "mqtt-packet";
import { expect, test } from "vitest";
import { peekConnect } from "./connect-peek.ts";

const connect = (more: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId: "c",
    clean: true,
    keepalive: 60,
    ...more,
  } as Packet);

test("name and password are found behind client id and will", () => {
  const will = { topic: "t", payload: Buffer.from("gone"), qos: 1, retain: false };
  const bytes = connect({ username: "me", password: Buffer.from("secret"), will });
  expect(peekConnect(bytes, 4_096)).toEqual({ username: "me", password: Buffer.from("secret") });
  expect(peekConnect(connect(), 4_096)).toEqual({ username: undefined, password: undefined });
  const more = Buffer.concat([bytes, Buffer.from([0xc0, 0])]);
  expect(peekConnect(more, 4_096)).toMatchObject({ username: "me" });
});

test("every cut of a CONNECT is partial; nothing makes it throw", () => {
  const bytes = connect({ username: "me", password: Buffer.from("secret") });
  for (let length = 0; length < bytes.length; length++)
    expect(peekConnect(bytes.subarray(0, length), 4_096), String(length)).toBe("partial");
  for (let at = 1; at < bytes.length; at++) {
    for (const value of [0, 0x7f, 0xff]) {
      const broken = Buffer.from(bytes);
      broken[at] = value;
      expect(() => peekConnect(broken, 4_096)).not.toThrow();
    }
  }
});

test("what is no CONNECT, or larger than allowed, is handed on for the guard to refuse", () => {
  expect(peekConnect(Buffer.from("GET / HTTP/1.1\r\n"), 4_096)).toBe("other");
  expect(peekConnect(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1]), 4_096)).toBe("other");
  expect(peekConnect(connect({ clientId: "x".repeat(5_000) }).subarray(0, 100), 4_096)).toBe("other");
});
