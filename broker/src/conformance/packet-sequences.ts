import {
  bytes,
  DISCONNECT,
  PINGREQ,
  PINGRESP,
  packet,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  raw,
  remainingLength,
  suback,
  subscribe,
  u16,
  unsuback,
  unsubscribe,
} from "./bytes.ts";
import { closes, closesAtBoth, expect, type Sequence, send, stays, staysAtBoth } from "./sequence.ts";

const flagged = (sent: Buffer, flags: number): Buffer =>
  Buffer.concat([bytes((sent[0]! & 0xf0) | flags), sent.subarray(1)]);

/** The flags a type may not have. */
const wrongFlags = (clause: string, name: string, sent: Buffer): Sequence[] =>
  Array.from({ length: 16 }, (_, flags) => flags)
    .filter((flags) => flags !== (sent[0]! & 15))
    .map((flags) => closes(4, clause, `${name} with flags ${flags}`, flagged(sent, flags)));

const before = (name: string, sent: Buffer): Sequence =>
  closes(null, "MQTT-3.1.0-1", `${name} before CONNECT`, sent);

/** MQTT 3.1 has DUP in these too. */
const repeated: Sequence[] = [
  stays(3, "MQTT 3.1 section 2.1", "PUBREL with DUP", send(flagged(pubrel(3), 10)), expect(pubcomp(3))),
  stays(
    3,
    "MQTT 3.1 section 2.1",
    "SUBSCRIBE with DUP",
    send(flagged(subscribe(3, ["p", 1]), 10)),
    expect(suback(3, 1)),
  ),
  stays(
    3,
    "MQTT 3.1 section 2.1",
    "UNSUBSCRIBE with DUP",
    send(flagged(unsubscribe(3, "p"), 10)),
    expect(unsuback(3)),
  ),
];

/** An answer to nothing: harmless, or the next of its handshake. */
const answers: Sequence[] = (
  [
    ["PUBACK", puback, null, "MQTT-3.4"],
    ["PUBREC", pubrec, pubrel, "MQTT-3.5.4"],
    ["PUBREL", pubrel, pubcomp, "MQTT-3.6.4"],
    ["PUBCOMP", pubcomp, null, "MQTT-3.7"],
  ] as const
).flatMap(([name, build, answer, clause]) => [
  before(name, build(1)),
  ...staysAtBoth(clause, `${name} for nothing`, send(build(9)), ...(answer ? [expect(answer(9))] : [])),
  ...closesAtBoth("MQTT-2.3.1-1", `${name} of id 0`, build(0)),
  ...closesAtBoth(clause, `${name} without an id`, packet(build(1)[0]!)),
  ...closesAtBoth(clause, `${name} with half an id`, packet(build(1)[0]!, 1)),
  ...closesAtBoth(clause, `${name} with a byte too many`, packet(build(1)[0]!, u16(1), 0)),
  ...wrongFlags("MQTT-2.2.2-2", name, build(1)),
]);

const publishes: Sequence[] = [
  before("PUBLISH", publish(1, "a", 1)),
  ...staysAtBoth("MQTT-3.3.4-1", "QoS 0", send(publish(0, "plain", 0))),
  ...staysAtBoth("MQTT-3.3.4-1", "QoS 1", send(publish(1, "plain", 4_660)), expect(puback(4_660))),
  ...staysAtBoth("MQTT-3.3.1-1", "QoS 1 with DUP", send(publish(1, "plain", 5, "x", 8)), expect(puback(5))),
  ...staysAtBoth(
    "MQTT-3.3.4-1",
    "QoS 2",
    send(publish(2, "plain", 65_535)),
    expect(pubrec(65_535)),
    send(pubrel(65_535)),
    expect(pubcomp(65_535)),
  ),
  ...staysAtBoth(
    "MQTT-3.3.1-1",
    "QoS 2 with DUP",
    send(publish(2, "plain", 6, "x", 8)),
    expect(pubrec(6)),
    send(pubrel(6)),
    expect(pubcomp(6)),
  ),
  ...staysAtBoth(
    "MQTT-4.3.3-2",
    "QoS 2 repeated, then released twice",
    send(publish(2, "plain", 8)),
    expect(pubrec(8)),
    send(publish(2, "plain", 8, "x", 8)),
    expect(pubrec(8)),
    send(pubrel(8)),
    expect(pubcomp(8)),
    send(pubrel(8)),
    expect(pubcomp(8)),
  ),
  ...staysAtBoth("MQTT-3.3.3", "an empty message", send(publish(1, "plain", 7, "")), expect(puback(7))),
  ...staysAtBoth("MQTT-4.7.3", "levels without a name", send(publish(1, "//", 7)), expect(puback(7))),
  ...staysAtBoth("MQTT-4.7.2", "a $ topic", send(publish(2, "$other/topic", 7)), expect(pubrec(7))),
  ...staysAtBoth(
    "MQTT-4.7.2",
    "the broker's own topic",
    send(publish(1, "$SYS/broker/uptime", 7)),
    expect(puback(7)),
  ),
  ...staysAtBoth(
    "MQTT-2.2.3",
    "a length of two bytes",
    send(publish(1, "plain", 7, "x".repeat(200))),
    expect(puback(7)),
  ),
  ...staysAtBoth(
    "MQTT-2.2.3",
    "a length of three bytes",
    send(publish(1, "plain", 7, "x".repeat(20_000))),
    expect(puback(7)),
  ),
  ...staysAtBoth(
    "MQTT-4.6.0-2",
    "a hundred at once, answered in order",
    send(...Array.from({ length: 100 }, (_, i) => publish(1, "plain", i + 1))),
    expect(...Array.from({ length: 100 }, (_, i) => puback(i + 1))),
  ),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty topic", publish(0, "", 0)),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty topic, QoS 1", publish(1, "", 1)),
  ...closesAtBoth("MQTT-3.3.2-2", "+ in the topic", publish(0, "+/a", 0)),
  ...closesAtBoth("MQTT-3.3.2-2", "+ inside a level", publish(0, "a+b", 0)),
  ...closesAtBoth("MQTT-3.3.2-2", "# in the topic", publish(0, "a/#", 0)),
  ...closesAtBoth("MQTT-3.3.2-2", "# inside a level", publish(1, "a#b", 1)),
  ...closesAtBoth("MQTT-3.3.1-2", "DUP with QoS 0", publish(0, "a", 0, "x", 8)),
  ...closesAtBoth("MQTT-3.3.1-4", "QoS 3", publish(3, "a", 1)),
  ...closesAtBoth("MQTT-3.3.1-4", "QoS 3 with DUP", publish(3, "a", 1, "x", 8)),
  ...closesAtBoth("MQTT-2.3.1-1", "QoS 1 of id 0", publish(1, "a", 0)),
  ...closesAtBoth("MQTT-2.3.1-1", "QoS 2 of id 0", publish(2, "a", 0)),
  ...closesAtBoth("MQTT-3.3.2", "QoS 1 without an id", packet(0x32, "topic")),
  ...closesAtBoth("MQTT-3.3.2", "QoS 2 with half an id", packet(0x34, "topic", 1)),
  ...closesAtBoth("MQTT-3.3.2-1", "without a topic", packet(0x30)),
  ...closesAtBoth("MQTT-3.3.2-1", "half the length of a topic", packet(0x30, 0)),
  ...closesAtBoth("MQTT-3.3.2-1", "a topic beyond the end", packet(0x30, u16(9), raw("short"))),
  ...closesAtBoth("MQTT-2.2.3", "a length of five bytes", bytes(0x30, 0x80, 0x80, 0x80, 0x80, 1)),
  ...closesAtBoth(
    "MQTT-2.2.3",
    "256 MB declared",
    Buffer.concat([bytes(0x30), remainingLength(268_435_455)]),
  ),
];

const SUBSCRIBE = subscribe(7, ["p", 0]);
const subscribes: Sequence[] = [
  before("SUBSCRIBE", SUBSCRIBE),
  ...[0, 1, 2].flatMap((qos) =>
    staysAtBoth("MQTT-3.8.4-1", `QoS ${qos}`, send(subscribe(7, ["granted", qos])), expect(suback(7, qos))),
  ),
  ...staysAtBoth(
    "MQTT-3.8.4-4",
    "three filters",
    send(subscribe(7, ["p", 0], ["q", 1], ["r", 2])),
    expect(suback(7, 0, 1, 2)),
  ),
  ...staysAtBoth(
    "MQTT-3.9.3-1",
    "one filter three times",
    send(subscribe(7, ["p", 0], ["p", 1], ["p", 2])),
    expect(suback(7, 0, 1, 2)),
  ),
  ...staysAtBoth(
    "MQTT-3.8.4-3",
    "one filter again",
    send(subscribe(7, ["p", 2])),
    expect(suback(7, 2)),
    send(subscribe(8, ["p", 1])),
    expect(suback(8, 1)),
  ),
  ...staysAtBoth(
    "MQTT-3.8.4-5",
    "what is not granted",
    send(subscribe(7, ["test/nosubscribe", 2], ["p", 1])),
    expect(suback(7, 0x80, 1)),
  ),
  ...["#", "+", "+/+", "/", "/+", "a/#", "a/+/b", "a/+/#", "$SYS/#", "a//b", "+/", "//#"].flatMap((filter) =>
    staysAtBoth(
      "MQTT-4.7.1-3",
      `the filter ${filter}`,
      send(subscribe(7, [`unused/${filter}`, 0])),
      expect(suback(7, 0)),
    ),
  ),
  ...["a#", "#a", "#/a", "a/#/b", "##", "a/b#", "+a", "a+", "a/+b", "a/b+/c", "++", "+#"].flatMap((filter) =>
    closesAtBoth("MQTT-4.7.1-2", `the filter ${filter}`, subscribe(7, [filter, 0])),
  ),
  ...[3, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff].flatMap((qos) =>
    closesAtBoth("MQTT-3-8.3-4", `QoS ${qos}`, subscribe(7, ["p", qos])),
  ),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty filter", subscribe(7, ["", 0])),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty filter first", subscribe(7, ["", 0], ["q", 0])),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty filter last", subscribe(7, ["q", 0], ["", 0])),
  ...closesAtBoth("MQTT-3.8.3-3", "no filter", packet(0x82, u16(7))),
  ...closesAtBoth("MQTT-3.8.3-3", "no body", packet(0x82)),
  ...closesAtBoth("MQTT-3.8.3-3", "half an id", packet(0x82, 7)),
  ...closesAtBoth("MQTT-3.8.3-3", "half the length of a filter", packet(0x82, u16(7), 0)),
  ...closesAtBoth("MQTT-3.8.3-3", "no QoS", packet(0x82, u16(7), "p")),
  ...closesAtBoth("MQTT-3.8.3-3", "no QoS for the second", packet(0x82, u16(7), "p", 0, "q")),
  ...closesAtBoth("MQTT-3.8.3-3", "a byte too many", packet(0x82, u16(7), "p", 0, 0)),
  ...closesAtBoth("MQTT-2.3.1-1", "id 0", subscribe(0, ["p", 0])),
  ...closesAtBoth("MQTT-2.2.3", "a length of five bytes", bytes(0x82, 0x80, 0x80, 0x80, 0x80, 1)),
  ...wrongFlags("MQTT-3.8.1-1", "SUBSCRIBE", SUBSCRIBE),
].map((sequence) => ({ ...sequence, name: `SUBSCRIBE: ${sequence.name}` }));

const unsubscribes: Sequence[] = [
  before("UNSUBSCRIBE", unsubscribe(7, "p")),
  ...staysAtBoth("MQTT-3.10.4-5", "what was not subscribed", send(unsubscribe(7, "p")), expect(unsuback(7))),
  ...staysAtBoth("MQTT-3.10.4-6", "two filters", send(unsubscribe(7, "p", "q")), expect(unsuback(7))),
  ...staysAtBoth(
    "MQTT-3.10.4-4",
    "what was subscribed",
    send(SUBSCRIBE),
    expect(suback(7, 0)),
    send(unsubscribe(8, "p")),
    expect(unsuback(8)),
  ),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty filter first", unsubscribe(7, "", "q")),
  ...closesAtBoth("MQTT-4.7.3-1", "an empty filter last", unsubscribe(7, "q", "")),
  ...closesAtBoth("MQTT-4.7.1-2", "an invalid filter", unsubscribe(7, "a/#/b")),
  ...closesAtBoth("MQTT-3.10.3-2", "no filter", packet(0xa2, u16(7))),
  ...closesAtBoth("MQTT-3.10.3-2", "no body", packet(0xa2)),
  ...closesAtBoth("MQTT-3.10.3-2", "half an id", packet(0xa2, 7)),
  ...closesAtBoth("MQTT-3.10.3-1", "half the length of a filter", packet(0xa2, u16(7), 0)),
  ...closesAtBoth("MQTT-3.10.3-1", "a filter beyond the end", packet(0xa2, u16(7), u16(5), raw("p"))),
  ...closesAtBoth("MQTT-2.3.1-1", "id 0", unsubscribe(0, "p")),
  ...wrongFlags("MQTT-3.10.1-1", "UNSUBSCRIBE", unsubscribe(7, "p")),
].map((sequence) => ({ ...sequence, name: `UNSUBSCRIBE: ${sequence.name}` }));

const others: Sequence[] = [
  before("PINGREQ", PINGREQ),
  before("DISCONNECT", DISCONNECT),
  ...staysAtBoth("MQTT-3.12.4-1", "PINGREQ", send(PINGREQ), expect(PINGRESP)),
  ...staysAtBoth(
    "MQTT-3.12.4-1",
    "three PINGREQ in one write",
    send(PINGREQ, PINGREQ, PINGREQ),
    expect(PINGRESP, PINGRESP, PINGRESP),
  ),
  ...closesAtBoth("MQTT-3.12", "PINGREQ with a body", packet(0xc0, 0)),
  ...closesAtBoth("MQTT-3.14.4-1", "DISCONNECT", DISCONNECT),
  ...closesAtBoth(
    "MQTT-3.14.4-2",
    "DISCONNECT and more behind it",
    Buffer.concat([DISCONNECT, PINGREQ, bytes(0xff)]),
  ),
  ...closesAtBoth("MQTT-3.14", "DISCONNECT with a body", packet(0xe0, 0)),
  ...wrongFlags("MQTT-2.2.2-2", "PINGREQ", PINGREQ),
  ...wrongFlags("MQTT-3.14.1-1", "DISCONNECT", DISCONNECT),
  ...(
    [
      ["CONNACK", bytes(0x20, 2, 0, 0)],
      ["SUBACK", suback(1, 0)],
      ["UNSUBACK", unsuback(1)],
      ["PINGRESP", PINGRESP],
      ["the reserved type 0", bytes(0, 0)],
      ["the reserved type 15", bytes(0xf0, 0)],
    ] as const
  ).flatMap(([name, sent]) => [
    before(name, sent),
    ...closesAtBoth("MQTT-4.8.0-1", `${name}, which only a server sends`, sent),
  ]),
];

export const packetSequences: Sequence[] = [
  ...repeated,
  ...answers,
  ...publishes,
  ...subscribes,
  ...unsubscribes,
  ...others,
];
