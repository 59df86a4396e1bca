import { KEY } from "@millwright/shared/domain/model";

/** Payload forms of the device side as JSON Schema, for the AsyncAPI document; ingest/src/decode reads the same ones. */
const ts = {
  type: "integer",
  description: "When it was measured, epoch milliseconds UTC. Without it the time of arrival counts.",
};
const values = {
  type: "object",
  description: "Tag → value. A point is (device, tag, time); the same one again replaces itself.",
  propertyNames: { pattern: KEY.source },
  additionalProperties: { type: ["number", "boolean"] },
  minProperties: 1,
};
const stamped = { type: "object", required: ["ts", "values"], properties: { ts, values } };
const oneOrMany = (element: object) => ({ oneOf: [element, { type: "array", items: element }] });
const facts = { type: "object", description: "Facts about the device, newest wins.", minProperties: 1 };
const perChild = (of: object) => ({
  type: "object",
  description: "Name of a child → what it says.",
  additionalProperties: of,
  minProperties: 1,
});
const child = {
  type: "object",
  required: ["device"],
  properties: { device: { type: "string", minLength: 1 } },
};
const command = {
  type: "object",
  required: ["method"],
  properties: { method: { type: "string" }, params: { description: "Any JSON value." } },
};

const T = 1_767_225_600_000;
const message = (title: string, payload: object, ...examples: unknown[]) => ({
  name: title.replace(/ /g, ""),
  title,
  contentType: "application/json",
  payload,
  examples: examples.map((example) => ({ payload: example })),
});

export const messages = {
  telemetry: message(
    "Readings",
    oneOrMany({ anyOf: [stamped, values] }),
    { ts: T, values: { pressure: 8.4, running: true } },
    [
      { ts: T, values: { pressure: 8.4 } },
      { ts: T + 1000, values: { pressure: 8.5 } },
    ],
    { pressure: 8.4 },
  ),
  attributes: message("Facts about the device", facts, { firmware: "4.2.1" }),
  command: message("Command", command, { method: "restart", params: { in: 5 } }),
  answer: message("Answer to a command", { description: "Any JSON value." }, { ok: true }),
  gatewayTelemetry: message(
    "Readings of children",
    perChild({ type: "array", items: { anyOf: [stamped, values] } }),
    { "Pump 3": [{ ts: T, values: { pressure: 8.4 } }] },
  ),
  gatewayAttributes: message("Facts about children", perChild(facts), { "Pump 3": { firmware: "4.2.1" } }),
  gatewayPresence: message("Child comes or goes", child, { device: "Pump 3" }),
};
export type MessageName = keyof typeof messages;
