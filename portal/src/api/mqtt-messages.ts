import { KEY } from "@millwright/shared/domain/model";
import { CREDENTIALS_TYPES, FAILURE, NOT_FOUND } from "@millwright/shared/wire/provisioning";

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

const text = { type: "string", minLength: 1 };
const provisionRequest = {
  type: "object",
  required: ["deviceName", "provisionDeviceKey", "provisionDeviceSecret"],
  properties: {
    deviceName: { ...text, description: "Serial number of the machine." },
    provisionDeviceKey: text,
    provisionDeviceSecret: text,
    credentialsType: { enum: CREDENTIALS_TYPES, default: CREDENTIALS_TYPES[0] },
    token: text,
    clientId: text,
    username: text,
    password: text,
    hash: { ...text, description: "Certificate in PEM form, or its SHA-256 in hex." },
  },
};
const provisionResponse = {
  type: "object",
  required: ["status"],
  properties: {
    status: { enum: ["SUCCESS", "NOT_FOUND", "FAILURE"] },
    credentialsType: { enum: CREDENTIALS_TYPES },
    credentialsValue: {
      description: "Token or fingerprint; of MQTT_BASIC an object.",
      oneOf: [
        { type: "string" },
        {
          type: "object",
          required: ["userName", "password"],
          properties: { clientId: text, userName: text, password: text },
        },
      ],
    },
    errorMsg: { type: "string" },
  },
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
  provisionRequest: message("Request for a credential", provisionRequest, {
    deviceName: "P-101",
    provisionDeviceKey: "7c9a1e5f0b3d2846a1c0",
    provisionDeviceSecret: "…",
  }),
  provisionResponse: message(
    "Answer to a factory image",
    provisionResponse,
    { status: "SUCCESS", credentialsType: "ACCESS_TOKEN", credentialsValue: "…" },
    NOT_FOUND,
    FAILURE,
  ),
  gatewayPresence: message("Child comes or goes", child, { device: "Pump 3" }),
};
export type MessageName = keyof typeof messages;
