import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";

const CASES = fileURLToPath(new URL("./cases", import.meta.url));
type Case = { topic: string; payload?: unknown; text?: string; hex?: string; repeat?: number };

/** `payload` is sent as JSON; `text` as it stands (repeated `repeat` times); `hex` as bytes. */
function bytesOf(message: Case): Uint8Array {
  if (message.hex !== undefined) return Buffer.from(message.hex, "hex");
  if (message.text !== undefined) return Buffer.from(message.text.repeat(message.repeat ?? 1));
  return Buffer.from(JSON.stringify(message.payload));
}

describe("golden messages", () => {
  test.each(readdirSync(CASES))("%s", (name) => {
    const message = JSON.parse(readFileSync(`${CASES}/${name}/message.json`, "utf8")) as Case;
    const expected: unknown = JSON.parse(readFileSync(`${CASES}/${name}/expected.json`, "utf8"));
    expect(JSON.parse(JSON.stringify(decode(message.topic, bytesOf(message))))).toEqual(expected);
  });
});

test("no bytes on any topic make it throw", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(TELEMETRY, "v1/gateway/telemetry", "v1/devices/me/attributes", "x"),
      fc.uint8Array(),
      (t, b) => {
        decode(t, b);
      },
    ),
  );
});

test("every finite number survives, every other value is named", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 })), (values) => {
      const decoded = decode(TELEMETRY, Buffer.from(JSON.stringify({ ts: 1, values })));
      const kept = decoded.kind === "telemetry" ? decoded.readings.flatMap((r) => r.keys) : [];
      const refused =
        decoded.kind === "telemetry" || decoded.kind === "rejected" ? decoded.refused.map((r) => r.what) : [];
      const names = Object.keys(values);
      if (names.length > 0) expect([...kept, ...refused].sort()).toEqual([...names].sort());
      else expect(refused).toEqual([""]);
    }),
  );
});

test("a name from the prototype chain is refused and pollutes nothing", () => {
  const decoded = decode(TELEMETRY, Buffer.from('{"__proto__":{"polluted":1},"constructor":2,"t":3}'));
  expect(decoded).toMatchObject({
    kind: "telemetry",
    readings: [{ keys: ["constructor", "t"], values: [2, 3] }],
  });
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
