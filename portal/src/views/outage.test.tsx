import { expect, test } from "vitest";
import { OutageStrip } from "./outage.tsx";

const reading = { now: Date.UTC(2026, 10, 22, 14, 0), zone: "UTC" };
const text = (element: unknown) =>
  String(element)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

test("the strip says since when and how much waits, and is not there without an outage", () => {
  const since = Date.UTC(2026, 10, 22, 13, 32);
  expect(text(<OutageStrip outage={{ part: "store", since, waiting: 1234 }} reading={reading} />)).toBe(
    "New readings are not stored since 13:32. 1,234 messages wait safely and are stored when the telemetry store is back.",
  );
  expect(text(<OutageStrip outage={{ part: "journal", since, waiting: 0 }} reading={reading} />)).toContain(
    "not accepted since 13:32",
  );
  expect(text(<OutageStrip outage={null} reading={reading} />)).toBe("");
});
