import {
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
import { expect, LEVELS, type Sequence, send } from "./sequence.ts";

export const RETAINED = 1;

export type Steps = Sequence["steps"];

/** Subscribed to its own topic with this QoS. */
export const listening = (topic: string, qos: number): Steps => [
  send(subscribe(1, [topic, qos])),
  expect(suback(1, qos)),
];

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

export const delivered = (topic: string, sent: 1 | 2, granted: number, payload = "message"): Steps => [
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

export const flowSequences: Sequence[] = [...answered, ...twice, ...granted, ...retained];
