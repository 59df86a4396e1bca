import { expect, test } from "vitest";
import { readablePayload } from "./payload.ts";

test.each([
  ['{"t":1}', '{"t":1}', false],
  ["a\r\nb\tc", "a\nb\tc", false],
  ["\u0000\u001b[31m", "\u2400\u241b[31m", true],
  ["caf\ufffd and a long enough rest", "caf\ufffd and a long enough rest", false],
  ["\ufffd\ufffd\ufffdPNG", "\ufffd\ufffd\ufffdPNG", true],
  ["", "", false],
])("%j reads %j", (payload, text, binary) => {
  expect(readablePayload(payload)).toMatchObject({ text, binary });
});

test("4 KiB are previewed in one line", () => {
  const { preview, text } = readablePayload(`{\n${"x".repeat(4000)}`);
  expect(preview).toHaveLength(160);
  expect(preview).not.toContain("\n");
  expect(text).toHaveLength(4002);
});
