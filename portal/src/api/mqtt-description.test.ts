import * as topics from "@millwright/shared/wire/topics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApp, type TestApp } from "../testing/app.ts";
import { apiApp } from "./app.ts";
import { mqttDescription } from "./mqtt-description.ts";

let t: TestApp;
beforeAll(() => {
  t = openTestApp();
});
afterAll(() => t.close());

const resolveRef = (document: unknown, ref: string) =>
  ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

/** Every $ref below. */
function refsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === "$ref" ? [String(value)] : refsIn(value)));
}

describe("the description of the device side", () => {
  it("is served to everybody, and its references lead somewhere", async () => {
    const response = await t.call(null, "GET", "/api/mqtt.json");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    const document = (await response.json()) as ReturnType<typeof mqttDescription>;
    expect(document.asyncapi).toBe("3.0.0");
    expect(document.servers.mqtt.host).toBe("portal.example:1883");
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) expect(resolveRef(document, ref), ref).toBeDefined();
  });

  it("names every topic of the wire, and which way it goes", () => {
    const { channels, operations } = mqttDescription({ host: "h", port: 1 });
    const addresses = Object.values(channels).map((channel) => channel.address.replace("{id}", ""));
    expect(addresses.sort()).toEqual(Object.values(topics).sort());
    const sent = Object.entries(operations).filter(([, operation]) => operation.action === "send");
    expect(sent.map(([name]) => name)).toEqual(["commands", "provisionResponse"]);
    for (const [name, channel] of Object.entries(channels))
      expect("parameters" in channel, name).toBe(channel.address.includes("{id}"));
  });

  it("tells the limits that this installation has set", () => {
    const usual = mqttDescription({ host: "h", port: 1 }).servers.mqtt;
    const limits = Object.fromEntries(usual["x-limits"].map(({ variable, limit }) => [variable, limit]));
    expect(usual.bindings.mqtt.maximumPacketSize).toBe(262_144);
    const set = { ...limits, MQTT_MAX_PACKET_BYTES: 65_536 } as NonNullable<
      TestApp["deps"]["mqtt"]["limits"]
    >;
    const other = mqttDescription({ host: "h", port: 1, limits: set }).servers.mqtt;
    expect(other.bindings.mqtt.maximumPacketSize).toBe(65_536);
    expect(other["x-limits"]).toContainEqual(
      expect.objectContaining({ variable: "MQTT_MAX_PACKET_BYTES", limit: 65_536 }),
    );
  });
});

describe("security.txt", () => {
  it("names the contact of the installation, and an end in the future", async () => {
    expect((await t.call(null, "GET", "/.well-known/security.txt")).status).toBe(404);
    const api = apiApp({ ...t.deps, securityContact: "mailto:security@example.com" });
    const response = await api.request("/.well-known/security.txt");
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toContain("Contact: mailto:security@example.com\n");
    expect(text).toContain("Canonical: http://portal.example/.well-known/security.txt\n");
    expect(Date.parse(/^Expires: (.+)$/m.exec(text)![1]!)).toBeGreaterThan(Date.now());
  });
});
