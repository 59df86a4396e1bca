import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Every refusal is counted here under its reason; nothing per message is logged. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `millwright_broker_${name}`, help, registers });
  const labelled = (name: string, help: string) =>
    new Counter({ name: `millwright_broker_${name}`, help, labelNames: ["reason"], registers });
  return {
    registry,
    /** A value that is kept elsewhere, read when asked for. */
    gauge(name: string, help: string, read: () => number) {
      new Gauge({
        name: `millwright_broker_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    /** The same for a count that only grows. A counter's own `inc` costs 0.5 µs, too much per message. */
    counted(name: string, help: string, read: () => number) {
      new Counter({
        name: `millwright_broker_${name}`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    },
    signIns: counter("sign_ins_total", "Connections of devices that signed in"),
    signInRefused: labelled("sign_in_refused_total", "CONNECTs refused"),
    framesRefused: labelled("frames_refused_total", "Connections closed for what they sent"),
    publishRefused: labelled("publish_refused_total", "Publishes that closed their connection"),
    subscribeRefused: labelled("subscribe_refused_total", "Filters answered with 0x80"),
    limited: labelled(
      "limits_reached_total",
      "Times a limit kept a connection out, slowed it down or ended it",
    ),
    dropped: labelled(
      "dropped_total",
      "Queued or retained messages and stored sessions given up for a limit",
    ),
    revoked: counter("revoked_connections_total", "Connections ended because their credential was revoked"),
    provisioning: labelled("provisioning_total", "Requests of factory images, by how they were answered"),
    commands: counter("commands_total", "Commands handed to devices' sessions"),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
