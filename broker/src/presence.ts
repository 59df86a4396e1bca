import type { BrokerState } from "./state.ts";
import type { Uplink } from "./uplink.ts";

/**
 * Tells the uplink when a device comes and goes. A device counts as connected while it has any connection: a client
 * that takes over its own session has not been away. The mark in the state precedes "connected" and outlives
 * "disconnected", so that after a crash no device stays connected for ever.
 */
export function createPresence(uplink: Uplink, state: BrokerState, failed: (deviceId: string) => void) {
  const connections = new Map<string, number>();

  function gone(deviceId: string, event: "disconnected" | "will") {
    uplink.presence(deviceId, event, (error) => {
      // After an error the mark stays: "disconnected" is then said by the next start, or superseded by the next connect.
      if (!error && !connections.has(deviceId)) mark(() => state.unmarkConnected(deviceId));
    });
  }

  /**
   * A full disk keeps marks from being written, not readings from being taken: at worst a broker that dies now says
   * "disconnected" once too often, or not, and the device's next connect or its silence puts that right.
   */
  function mark(write: () => void) {
    try {
      write();
    } catch {
      // /readyz says that the disk is full.
    }
  }

  return {
    /** On start: whoever was connected when the last run died is not any more. */
    recover() {
      for (const deviceId of state.connected()) gone(deviceId, "disconnected");
    },
    opened(deviceId: string) {
      const before = connections.get(deviceId) ?? 0;
      connections.set(deviceId, before + 1);
      if (before > 0) return;
      mark(() => state.markConnected(deviceId));
      uplink.presence(deviceId, "connected", (error) => {
        if (error) failed(deviceId);
      });
    },
    /** `clean`: it said DISCONNECT, or it was the broker that ended the connection. */
    closed(deviceId: string, clean: boolean) {
      const left = (connections.get(deviceId) ?? 0) - 1;
      if (left > 0) {
        connections.set(deviceId, left);
        return;
      }
      connections.delete(deviceId);
      gone(deviceId, clean ? "disconnected" : "will");
    },
    count: () => connections.size,
  };
}

export type Presence = ReturnType<typeof createPresence>;
