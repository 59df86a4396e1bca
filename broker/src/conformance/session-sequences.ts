import {
  connack,
  connect,
  DISCONNECT,
  field,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
} from "./bytes.ts";
import { delivered, listening, RETAINED, type Steps } from "./flow-sequences.ts";
import { expect, LEVELS, type Sequence, send, stays } from "./sequence.ts";

const DUP = 8;

/** MQTT 3.1 cannot say that there was a session. */
const present = (level: number) => (level === 4 ? 1 : 0);

let sessions = 0;

/** Of a session that is kept: gets its topic and its CONNECT, and begins with CONNACK 0. */
const session = (
  clause: string,
  name: string,
  steps: (topic: string, back: Steps[number]) => Steps,
): Sequence[] =>
  LEVELS.map((level) => {
    const id = `stored-${sessions++}`;
    const hello = connect(level, id, 0);
    const back = { again: { connect: hello, connack: connack(0, present(level)) } };
    return stays(
      null,
      clause,
      `${name}, level ${level}`,
      send(hello),
      expect(connack()),
      ...steps(`flow/${id}`, back),
    );
  });

const kept: Sequence[] = [
  ...session("MQTT-3.2.2-2", "a session without subscriptions is present", (_, back) => [back, back]),
  ...LEVELS.map((level): Sequence => {
    const clean = { again: { connect: connect(level, `clean-${level}`), connack: connack() } };
    const hello = send(connect(level, `clean-${level}`, 0));
    const back = { again: { connect: connect(level, `clean-${level}`, 0), connack: connack() } };
    return stays(
      null,
      "MQTT-3.2.2-3",
      `a clean session ends it, level ${level}`,
      hello,
      expect(connack()),
      clean,
      back,
    );
  }),
  ...session("MQTT-4.4.0-1", "what was not answered comes again, marked", (topic, back) => [
    ...delivered(topic, 1, 1),
    expect(publish(1, topic, 1, "message")),
    back,
    expect(publish(1, topic, 1, "message", DUP)),
    send(puback(1)),
    back,
  ]),
  ...session("MQTT-4.4.0-1", "QoS 2 without PUBREC comes again, marked", (topic, back) => [
    ...delivered(topic, 2, 2),
    expect(publish(2, topic, 1, "message")),
    back,
    expect(publish(2, topic, 1, "message", DUP)),
    send(pubrec(1)),
    expect(pubrel(1)),
    send(pubcomp(1)),
    back,
  ]),
  ...session("MQTT-4.4.0-1", "PUBREL without PUBCOMP comes again", (topic, back) => [
    ...delivered(topic, 2, 2),
    expect(publish(2, topic, 1, "message")),
    send(pubrec(1)),
    expect(pubrel(1)),
    back,
    expect(pubrel(1)),
    send(pubcomp(1)),
    back,
  ]),
  ...session("MQTT-4.3.3-2", "QoS 2 sent again after a reconnect is routed once", (topic, back) => [
    ...listening(topic, 0),
    send(publish(2, topic, 50)),
    expect(pubrec(50), publish(0, topic, 0)),
    back,
    send(publish(2, topic, 50, "x", DUP)),
    expect(pubrec(50)),
    send(pubrel(50)),
    expect(pubcomp(50)),
  ]),
  ...session("MQTT-4.3.3-2", "PUBREL after a reconnect is answered", (topic, back) => [
    send(publish(2, topic, 50)),
    expect(pubrec(50)),
    back,
    send(pubrel(50)),
    expect(pubcomp(50)),
  ]),
  ...session("MQTT-3.1.2-5", "what came meanwhile waits, in order", (topic, back) => [
    ...listening(`${topic}/+`, 1),
    { leave: DISCONNECT },
    { other: { topic: `${topic}/a`, payload: "1", qos: 1 } },
    { other: { topic: `${topic}/b`, payload: "2", qos: 1 } },
    back,
    expect(publish(1, `${topic}/a`, 1, "1"), publish(1, `${topic}/b`, 2, "2")),
    send(puback(1), puback(2)),
  ]),
  ...session("MQTT-2.3.1-2", "ids in use are not given again", (topic, back) => [
    ...delivered(topic, 1, 1, "first"),
    expect(publish(1, topic, 1, "first")),
    back,
    expect(publish(1, topic, 1, "first", DUP)),
    { other: { topic, payload: "second", qos: 1 } },
    expect(publish(1, topic, 2, "second")),
    send(puback(1), puback(2)),
  ]),
  ...session("MQTT-3.3.1-8", "retained QoS 1 to a kept session", (topic) => [
    { other: { topic, payload: "kept", qos: 1, retain: true } },
    ...listening(topic, 2),
    expect(publish(1, topic, 1, "kept", RETAINED)),
    send(puback(1)),
  ]),
  ...session("MQTT-3.3.5-1", "overlapping filters of a kept session", (topic) => [
    send(subscribe(1, [topic, 1], [`${topic}/#`, 2])),
    expect(suback(1, 1, 2)),
    send(publish(2, topic, 50)),
    expect(pubrec(50), publish(2, topic, 1)),
    send(pubrec(1)),
    expect(pubrel(1)),
    send(pubcomp(1)),
  ]),
  ...session("MQTT-3.5.4", "PUBREC for nothing, of a kept session", () => [
    send(pubrec(9)),
    expect(pubrel(9)),
  ]),
];

const wills: Sequence[] = LEVELS.flatMap((level) => {
  const topic = `will/${level}`;
  const hello = connect(level, `dying-${level}`, 0x0e, topic, field("gone"));
  const listener = { connect: connect(level, `heir-${level}`, 0), connack: connack() };
  const back = {
    again: { connect: connect(level, `heir-${level}`, 0), connack: connack(0, present(level)) },
  };
  return [
    stays(
      null,
      "MQTT-3.1.2-8",
      `the will of a client that is gone, level ${level}`,
      send(connect(level, `unused-${level}`)),
      expect(connack()),
      { again: listener },
      ...listening(topic, 1),
      { again: { connect: hello, connack: connack() } },
      back,
      expect(publish(1, topic, 1, "gone")),
      send(puback(1)),
    ),
  ];
});

export const sessionSequences: Sequence[] = [...kept, ...wills];
