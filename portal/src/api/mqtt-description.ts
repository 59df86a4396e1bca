import {
  DEFAULT_LIMITS,
  type DeviceLimits,
  LIMIT_MEANINGS,
  type LimitVariable,
} from "@millwright/shared/wire/device-limits";
import * as topics from "@millwright/shared/wire/topics";
import type { PortalDeps } from "../deps.ts";
import { type MessageName, messages } from "./mqtt-messages.ts";

type Channel = {
  name: string;
  address: string;
  message: MessageName;
  /** As AsyncAPI 3 says it: what the application described here, Millwright, does. */
  action: "receive" | "send";
  by: "device" | "gateway" | "provision";
  summary: string;
};

const CHANNELS: readonly Channel[] = [
  [
    "telemetry",
    topics.TELEMETRY,
    "telemetry",
    "receive",
    "device",
    "Readings; PUBACK means they are on disk",
  ],
  ["attributes", topics.ATTRIBUTES, "attributes", "receive", "device", "Facts about the device"],
  ["commands", `${topics.RPC_REQUEST}{id}`, "command", "send", "device", "Commands; may come twice"],
  [
    "answers",
    `${topics.RPC_RESPONSE}{id}`,
    "answer",
    "receive",
    "device",
    "Answer to the command of the same id",
  ],
  [
    "gatewayTelemetry",
    topics.GATEWAY_TELEMETRY,
    "gatewayTelemetry",
    "receive",
    "gateway",
    "Readings of children",
  ],
  [
    "gatewayAttributes",
    topics.GATEWAY_ATTRIBUTES,
    "gatewayAttributes",
    "receive",
    "gateway",
    "Facts about children",
  ],
  ["gatewayConnect", topics.GATEWAY_CONNECT, "gatewayPresence", "receive", "gateway", "A child is there"],
  [
    "gatewayDisconnect",
    topics.GATEWAY_DISCONNECT,
    "gatewayPresence",
    "receive",
    "gateway",
    "A child is gone",
  ],
  [
    "provisionRequest",
    topics.PROVISION_REQUEST,
    "provisionRequest",
    "receive",
    "provision",
    "A factory image asks for a credential of its own; one request for each connection",
  ],
  [
    "provisionResponse",
    topics.PROVISION_RESPONSE,
    "provisionResponse",
    "send",
    "provision",
    "The answer, on the connection of the request; it is then closed",
  ],
].map(
  ([name, address, message, action, by, summary]) =>
    ({ name, address, message, action, by, summary }) as Channel,
);

/** AsyncAPI 3.0 description of the device side: topics, payloads, sign-in and the limits of this installation. */
export function mqttDescription(mqtt: PortalDeps["mqtt"]) {
  const limits = mqtt.limits ?? DEFAULT_LIMITS;
  const ref = (...path: string[]) => ({ $ref: `#/${path.join("/")}` });
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Millwright, device side",
      version: "1",
      description:
        "MQTT 3.1.1 and 3.1. Publish with QoS 1 and a time stamp of your own; PUBACK means on disk; sending again " +
        "stores nothing twice. `me` is the signed-in device.",
    },
    defaultContentType: "application/json",
    servers: {
      mqtt: {
        host: `${mqtt.host}:${mqtt.port}`,
        protocol: "mqtt",
        protocolVersion: "3.1.1",
        security: [
          ref("components", "securitySchemes", "token"),
          ref("components", "securitySchemes", "secret"),
          ref("components", "securitySchemes", "certificate"),
          ref("components", "securitySchemes", "provision"),
        ],
        bindings: {
          mqtt: {
            bindingVersion: "0.2.0",
            cleanSession: false,
            keepAlive: Math.min(60, limits.MQTT_MAX_KEEPALIVE_S),
            maximumPacketSize: limits.MQTT_MAX_PACKET_BYTES,
          },
        },
        "x-limits": limitList(limits),
      },
    },
    channels: Object.fromEntries(
      CHANNELS.map(({ name, address, message }) => [
        name,
        {
          address,
          messages: { [message]: ref("components", "messages", message) },
          ...(address.endsWith("{id}") && {
            parameters: {
              id: { description: "Of one command; no /, + or #. Subscribe with + in its place." },
            },
          }),
        },
      ]),
    ),
    operations: Object.fromEntries(
      CHANNELS.map(({ name, action, message, by, summary }) => [
        name,
        {
          action,
          channel: ref("channels", name),
          summary,
          messages: [ref("channels", name, "messages", message)],
          bindings: { mqtt: { qos: 1, retain: false, bindingVersion: "0.2.0" } },
          tags: [{ name: by }],
        },
      ]),
    ),
    components: {
      messages,
      securitySchemes: {
        token: { type: "userPassword", description: "User name: the access token. No password." },
        secret: { type: "userPassword", description: "User name: the device id. Password: its secret." },
        certificate: { type: "X509", description: "Over TLS, where the operator has set a CA." },
        provision: {
          type: "userPassword",
          description: "User name: provision. No password. For /provision/request and its answer only.",
        },
      },
    },
  };
}

function limitList(limits: DeviceLimits) {
  return (Object.keys(LIMIT_MEANINGS) as LimitVariable[]).map((variable) => ({
    variable,
    limit: limits[variable],
    ...LIMIT_MEANINGS[variable],
  }));
}
