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
  unsuback,
  unsubscribe,
} from "./bytes.ts";
import { expect, LEVELS, type Sequence, send, stays } from "./sequence.ts";

const DUP = 8;
const RETAINED = 1;

type Steps = Sequence["steps"];

/** Subscribed to its own topic with this QoS. */
const listening = (topic: string, qos: number): Steps => [
  send(subscribe(1, [topic, qos])),
  expect(suback(1, qos)),
];

/** MQTT 3.1 cannot say that there was a session. */
const present = (level: number) => (level === 4 ? 1 : 0);

let topics = 0;
const flow = (
  clause: string,
  name: string,
  end: Sequence["end"],
  steps: (topic: string) => Steps,
): Sequence[] =>
  LEVELS.map((level) => ({
    clause,
    name: `${name}, level ${level}`,
    connected: level,
    steps: steps(`flow/${topics++}`),
    end,
  }));

/** Of a session that is kept: gets its topic and its CONNECT, and begins with CONNACK 0. */
const session = (
  clause: string,
  name: string,
  steps: (topic: string, back: Steps[number]) => Steps,
): Sequence[] =>
  LEVELS.map((level) => {
    const id = `kept-${topics++}`;
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

const delivered = (topic: string, sent: 1 | 2, granted: number, payload = "message"): Steps => [
  ...listening(topic, granted),
  send(publish(sent, topic, 50, payload)),
  expect(sent === 1 ? puback(50) : pubrec(50)),
];

const answered: Sequence[] = [
  ...flow("MQTT-4.3.1", "QoS 0 comes back with QoS 0", "open", (topic) => [
    ...listening(topic, 1),
    send(publish(0, topic, 0, "message")),
    expect(publish(0, topic, 0, "message")),
  ]),
  ...flow("MQTT-4.3.2-2", "QoS 1 is delivered and answered", "open", (topic) => [
    ...delivered(topic, 1, 1),
    expect(publish(1, topic, 1, "message")),
    send(puback(1)),
  ]),
  ...flow("MQTT-4.3.2-1", "QoS 1 answered with PUBREC", "closed", (topic) => [
    ...delivered(topic, 1, 1),
    expect(publish(1, topic, 1, "message")),
    send(pubrec(1)),
  ]),
  ...flow("MQTT-4.3.2-1", "QoS 1 answered with PUBCOMP", "closed", (topic) => [
    ...delivered(topic, 1, 1),
    expect(publish(1, topic, 1, "message")),
    send(pubcomp(1)),
  ]),
];

/** Half of a QoS 2 delivery: PUBLISH and what was granted stand, the device has to answer. */
const half = (topic: string): Steps => [
  ...listening(topic, 2),
  { other: { topic, payload: "first", qos: 1 } },
  expect(publish(1, topic, 1, "first")),
  send(puback(1)),
  send(publish(2, topic, 50, "message")),
  expect(pubrec(50), publish(2, topic, 2, "message")),
];

const twice: Sequence[] = [
  ...flow("MQTT-4.3.3-1", "QoS 2 is delivered and answered", "open", (topic) => [
    ...half(topic),
    send(pubrec(2)),
    expect(pubrel(2)),
    send(pubcomp(2)),
  ]),
  ...flow("MQTT-4.3.3-1", "PUBREC again gets PUBREL again", "open", (topic) => [
    ...half(topic),
    send(pubrec(2)),
    expect(pubrel(2)),
    send(pubrec(2)),
    expect(pubrel(2)),
    send(pubcomp(2)),
  ]),
  ...flow("MQTT-4.3.3-1", "QoS 2 answered with PUBACK", "closed", (topic) => [
    ...half(topic),
    send(puback(2)),
  ]),
  ...flow("MQTT-4.3.3-1", "QoS 2 answered with PUBCOMP before its PUBREC", "closed", (topic) => [
    ...half(topic),
    send(pubcomp(2)),
  ]),
  ...flow("MQTT-4.3.3-1", "PUBREL answered with PUBACK", "closed", (topic) => [
    ...half(topic),
    send(pubrec(2)),
    expect(pubrel(2)),
    send(puback(2)),
  ]),
];

const granted: Sequence[] = [
  ...[0, 1].flatMap((qos) =>
    flow("MQTT-3.8.4-6", `QoS 2 to a filter granted ${qos}`, "open", (topic) => [
      ...delivered(`${topic}`, 2, qos),
      expect(publish(qos, topic, 1, "message")),
    ]),
  ),
  ...[0, 1].flatMap((qos) =>
    flow("MQTT-3.8.4-6", `QoS 2 to a wildcard filter granted ${qos}`, "open", (topic) => [
      ...listening(`${topic}/+`, qos),
      send(publish(2, `${topic}/a`, 50)),
      expect(pubrec(50), publish(qos, `${topic}/a`, 1)),
    ]),
  ),
  ...flow("MQTT-3.3.5-1", "overlapping filters: once, with the highest QoS", "open", (topic) => [
    send(subscribe(1, [topic, 0], [`${topic}/#`, 2], [`${topic}/#`.replace("flow", "+"), 1])),
    expect(suback(1, 0, 2, 1)),
    send(publish(2, topic, 50)),
    expect(pubrec(50), publish(2, topic, 1)),
  ]),
  ...flow("MQTT-3.8.4-3", "a filter again replaces its QoS", "open", (topic) => [
    ...listening(topic, 2),
    ...listening(topic, 0),
    send(publish(1, topic, 50)),
    expect(puback(50), publish(0, topic, 0)),
  ]),
  ...flow("MQTT-3.10.4-1", "nothing after UNSUBSCRIBE", "open", (topic) => [
    ...listening(topic, 1),
    send(unsubscribe(2, topic)),
    expect(unsuback(2)),
    send(publish(1, topic, 50)),
    expect(puback(50)),
  ]),
  ...flow("MQTT-3.10.4-2", "UNSUBSCRIBE compares filters letter by letter", "open", (topic) => [
    ...listening(topic, 0),
    send(unsubscribe(2, `${topic}/#`)),
    expect(unsuback(2)),
    send(publish(1, topic, 50)),
    expect(puback(50), publish(0, topic, 0)),
  ]),
  ...flow("MQTT-4.7.1-2", "# includes the level above", "open", (topic) => [
    ...listening(`${topic}/#`, 0),
    send(publish(1, topic, 50)),
    expect(puback(50), publish(0, topic, 0)),
  ]),
  ...flow("MQTT-4.7.1-3", "+ includes a level without a name", "open", (topic) => [
    ...listening(`${topic}/+/end`, 0),
    send(publish(1, `${topic}//end`, 50)),
    expect(puback(50), publish(0, `${topic}//end`, 0)),
  ]),
  ...flow("MQTT-4.7.2-1", "wildcards in front do not match a $ topic", "open", (topic) => [
    ...listening(`+/${topic}`, 0),
    ...listening(`$any/${topic}/#`, 0),
    send(publish(1, `$any/${topic}`, 50)),
    expect(puback(50), publish(0, `$any/${topic}`, 0)),
  ]),
  ...flow("MQTT-4.7.3-4", "topics differ by case", "open", (topic) => [
    ...listening(topic.toUpperCase(), 0),
    send(publish(1, topic, 50)),
    expect(puback(50)),
  ]),
  ...flow("MQTT-4.6.0-6", "in the order they came", "open", (topic) => [
    ...listening(topic, 1),
    send(...[1, 2, 3, 4].map((n) => publish(0, topic, 0, `${n}`))),
    expect(...[1, 2, 3, 4].map((n) => publish(0, topic, 0, `${n}`))),
  ]),
];

const retained: Sequence[] = [
  ...flow("MQTT-3.3.1-8", "what is retained comes with its SUBACK, marked", "open", (topic) => [
    { other: { topic, payload: "kept", qos: 1, retain: true } },
    ...listening(topic, 1),
    expect(publish(1, topic, 1, "kept", RETAINED)),
    send(puback(1)),
  ]),
  ...flow("MQTT-3.3.1-9", "to who is subscribed it comes unmarked", "open", (topic) => [
    ...listening(topic, 0),
    { other: { topic, payload: "kept", qos: 1, retain: true } },
    expect(publish(0, topic, 0, "kept")),
  ]),
  ...flow("MQTT-3.3.1-10", "an empty one removes it", "open", (topic) => [
    { other: { topic, payload: "kept", qos: 1, retain: true } },
    { other: { topic, payload: "", qos: 1, retain: true } },
    ...listening(topic, 1),
  ]),
  ...flow("MQTT-3.3.1-5", "the newest only", "open", (topic) => [
    { other: { topic, payload: "old", qos: 1, retain: true } },
    { other: { topic, payload: "new", qos: 1, retain: true } },
    ...listening(`${topic}/#`, 2),
    expect(publish(1, topic, 1, "new", RETAINED)),
    send(puback(1)),
  ]),
  ...flow("MQTT-3.8.4-3", "subscribed again it comes again", "open", (topic) => [
    { other: { topic, payload: "kept", qos: 1, retain: true } },
    ...listening(topic, 0),
    expect(publish(0, topic, 0, "kept", RETAINED)),
    ...listening(topic, 0),
    expect(publish(0, topic, 0, "kept", RETAINED)),
  ]),
];

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

export const flowSequences: Sequence[] = [...answered, ...twice, ...granted, ...retained, ...kept, ...wills];
