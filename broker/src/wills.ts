import { deviceOfSession } from "./authenticate.ts";
import type { Packet } from "./persistence/packet.ts";
import type { SessionPersistence } from "./persistence/persistence.ts";
import type { Uplink } from "./uplink.ts";

/**
 * Wills of connections that ended with the last run of the broker: they did not say goodbye (MQTT-3.1.2-8). Each is
 * forgotten once the journal has it. It was checked against what its device may publish when it came.
 */
export async function publishLeftWills(sessions: SessionPersistence, uplink: Uplink): Promise<void> {
  const wills = (await sessions.streamWill().toArray()) as Packet[];
  for (const { topic, payload, clientId } of wills) {
    const id = String(clientId);
    uplink.message(deviceOfSession(id), topic, payload, (error) => {
      // After an error it stays, for the next start.
      if (!error) void sessions.delWill({ id });
    });
  }
}
