import type { Client, PublishPacket } from "aedes";
import { mayPublish } from "./authorize.ts";
import type { SignedIn } from "./credentials-db.ts";
import { createHandshakes } from "./handshakes.ts";
import type { Metrics } from "./metrics.ts";
import type { SessionPersistence } from "./persistence/persistence.ts";
import type { Uplink } from "./uplink.ts";

type Kept = (error?: Error | null) => void;

/** The gate of the promise: aedes writes the PUBACK when `done` is called without an error, and closes on one. */
export function createGate(parts: { metrics: Metrics; sessions: SessionPersistence; uplink: Uplink }) {
  const { metrics, sessions, uplink } = parts;
  const handshakes = createHandshakes();
  let messages = 0;

  function toJournal(device: SignedIn, packet: PublishPacket, done: Kept): void {
    messages += 1;
    uplink.message(device.deviceId, packet.topic, packet.payload, (error) => {
      if (error) metrics.publishRefused.inc({ reason: "journal" });
      done(error);
    });
  }

  return {
    /** Publishes handed to the journal. */
    messages: () => messages,
    keep(client: Client | null, device: SignedIn | null, packet: PublishPacket, done: Kept): void {
      if (!client || !device || !mayPublish(device.kind, packet.topic)) {
        metrics.publishRefused.inc({ reason: "topic" });
        done(new Error("topic not allowed"));
        return;
      }
      const { messageId } = packet;
      if (packet.qos === 2 && messageId !== undefined) {
        // A repeated QoS 2 publish is answered again by aedes, and must not be kept again (MQTT-4.3.3-2).
        sessions.incomingGetPacket(client, packet).then(
          () => done(null),
          () => handshakes.once(client, messageId, (kept) => toJournal(device, packet, kept), done),
        );
        return;
      }
      toJournal(device, packet, done);
    },
  };
}
