import {
  bytes,
  connack,
  connect,
  field,
  type Level,
  packet,
  protocolName,
  publish,
  raw,
  remainingLength,
  u16,
} from "./bytes.ts";
import { closes, expect, LEVELS, type Sequence, send, stays } from "./sequence.ts";

const ok = (level: Level | null, clause: string, name: string, sent: Buffer): Sequence =>
  stays(null, clause, `${name}${level === null ? "" : `, level ${level}`}`, send(sent), expect(connack()));

const refused = (clause: string, name: string, code: number, sent: Buffer): Sequence => ({
  clause,
  name,
  connected: null,
  steps: [send(sent), expect(connack(code))],
  end: "closed",
});

const bad = (clause: string, name: string, sent: Buffer): Sequence => closes(null, clause, name, sent);

/** CONNECT whose variable header is given byte by byte. */
const header = (name: string | Buffer, level: number, flags: number, ...payload: (string | Buffer)[]) =>
  packet(0x10, name, level, flags, u16(60), ...payload);

function atLevel(level: Level): Sequence[] {
  const name = protocolName(level);
  const of = (clause: string, what: string, sent: Buffer) => bad(clause, `${what}, level ${level}`, sent);
  const whole = connect(level, `cut-${level}`, 0xee, "will", field("gone"), "user", field("secret"));
  return [
    ok(level, "MQTT-3.1.0-1", "the least CONNECT", connect(level, `least-${level}`)),
    ok(level, "MQTT-3.1.2-4", "a session that is kept", connect(level, `kept-${level}`, 0)),
    ok(level, "MQTT-3.1.3-5", "every field", whole),
    ok(level, "MQTT-3.1.3-11", "an empty user name", connect(level, `nobody-${level}`, 0x82, "")),
    ok(
      level,
      "MQTT-3.1.3.5",
      "a password of zeros",
      connect(level, `zeros-${level}`, 0xc2, "u", field(bytes(0, 0))),
    ),
    ok(
      level,
      "MQTT-3.1.3.3",
      "an empty will message",
      connect(level, `empty-${level}`, 0x06, "will", field("")),
    ),
    ok(level, "MQTT-3.1.2-14", "will QoS 1", connect(level, `will1-${level}`, 0x0e, "will", field("x"))),
    ok(
      level,
      "MQTT-3.1.2-14",
      "will QoS 2, retained",
      connect(level, `will2-${level}`, 0x36, "will/kept", field("")),
    ),
    ok(level, "MQTT-3.1.2.10", "no keep-alive", packet(0x10, name, level, 2, u16(0), `forever-${level}`)),
    ok(
      level,
      "MQTT-3.1.2.10",
      "the longest keep-alive",
      packet(0x10, name, level, 2, u16(65_535), `long-${level}`),
    ),
    ok(level, "MQTT-3.1.3-5", "a client id of 23 bytes", connect(level, "abcdefghijklmnopqrstuvw")),
    ok(level, "MQTT-3.1.3-6", "a longer client id", connect(level, `${"x".repeat(200)}${level}`)),
    of(
      "MQTT-3.1.0-2",
      "a second CONNECT in the same write",
      Buffer.concat([connect(level, "a"), connect(level, "a")]),
    ),
    of("MQTT-3.1.3-3", "no client id", packet(0x10, name, level, 2, u16(60))),
    of("MQTT-3.1.2-11", "will QoS without a will", connect(level, "a", 0x0a)),
    of("MQTT-3.1.2-11", "will QoS 2 without a will", connect(level, "a", 0x12)),
    of("MQTT-3.1.2-11", "will retain without a will", connect(level, "a", 0x22)),
    of("MQTT-3.1.2-9", "a will without topic and message", connect(level, "a", 0x06)),
    of("MQTT-3.1.2-9", "a will without a message", connect(level, "a", 0x06, "will")),
    of("MQTT-3.1.2-14", "will QoS 3", connect(level, "a", 0x1e, "will", field("x"))),
    of("MQTT-4.7.3-1", "an empty will topic", connect(level, "a", 0x06, "", field("x"))),
    of("MQTT-3.3.2-2", "# in the will topic", connect(level, "a", 0x06, "will/#", field("x"))),
    of("MQTT-3.3.2-2", "+ in the will topic", connect(level, "a", 0x06, "+/will", field("x"))),
    of("MQTT-3.1.2-19", "a user name flag and none", connect(level, "a", 0x82)),
    of("MQTT-3.1.2-18", "a user name and no flag", connect(level, "a", 0x02, "user")),
    of("MQTT-3.1.2-21", "a password flag and none", connect(level, "a", 0xc2, "user")),
    of("MQTT-3.1.2-20", "a password and no flag", connect(level, "a", 0x82, "user", field("secret"))),
    of("MQTT-3.1.2-22", "a password without a user name", connect(level, "a", 0x42, field("secret"))),
    of("MQTT-3.1.3-1", "bytes behind the last field", connect(level, "a", 0x02, bytes(0))),
    of(
      "MQTT-2.2.3",
      "a length of five bytes",
      Buffer.concat([bytes(0x10, 0x80, 0x80, 0x80, 0x80, 1), whole]),
    ),
    of("MQTT-2.2.3", "a length shorter than its fields", Buffer.concat([bytes(0x10, 7), whole.subarray(2)])),
    of(
      "MQTT-1.5.3-1",
      "a client id beyond the end",
      packet(0x10, name, level, 2, u16(60), u16(9), raw("short")),
    ),
    of("MQTT-3.1.2-1", "an empty protocol name", header("", level, 2, "a")),
    of("MQTT-3.1.2-1", "a short protocol name", header("MQT", level, 2, "a")),
    of("MQTT-3.1.2-1", "a long protocol name", header("MQTTT", level, 2, "a")),
    of("MQTT-3.1.2-1", "a protocol name in lower case", header("mqtt", level, 2, "a")),
    of("MQTT-3.1.2-1", "another protocol", header("HTTP", level, 2, "a")),
    of("MQTT-3.1.0-1", "nothing but the fixed header", packet(0x10)),
    ...[1, 6, 9, 11].map((size) =>
      of("MQTT-3.1.0-1", `cut after ${size} bytes of the body`, packet(0x10, whole.subarray(2, 2 + size))),
    ),
  ];
}

export const connectSequences: Sequence[] = [
  ...LEVELS.flatMap(atLevel),
  ...[1, 2, 4, 8].map((flag) => {
    const sent = connect(4, "a");
    sent[0] = 0x10 | flag;
    return bad("MQTT-2.2.2-2", `the fixed header's flag ${flag}`, sent);
  }),
  bad("MQTT-3.1.2-3", "the reserved flag", connect(4, "a", 0x03)),
  ok(null, "MQTT 3.1 section 3.1", "the flag that MQTT 3.1 does not use", connect(3, "unused-flag", 0x03)),
  ok(
    null,
    "MQTT 3.1 section 3.1",
    "QoS in the header, which MQTT 3.1 does not use",
    (() => {
      const sent = connect(3, "unused-qos");
      sent[0] = 0x14;
      return sent;
    })(),
  ),
  ok(null, "MQTT-3.1.3-6", "no client id, clean session", connect(4, "")),
  refused("MQTT-3.1.3-8", "no client id, kept session", 2, connect(4, "", 0)),
  refused("MQTT 3.1 section 3.1", "no client id at level 3", 2, connect(3, "")),
  ...[0, 1, 2, 3, 5, 6, 100].map((level) =>
    refused("MQTT-3.1.2-2", `protocol level ${level}`, 1, header("MQTT", level, 2, "a")),
  ),
  ...[0, 2, 4, 5].map((level) =>
    refused("MQTT-3.1.2-2", `level ${level} of the old protocol name`, 1, header("MQIsdp", level, 2, "a")),
  ),
  refused(
    "MQTT-3.1.2-2",
    "an MQTT 5 CONNECT with properties",
    1,
    packet(0x10, "MQTT", 5, 2, u16(60), 5, 0x11, u16(0), u16(60), "a"),
  ),
  bad(
    "MQTT-2.2.3",
    "256 MB declared before the first byte",
    Buffer.concat([bytes(0x10), remainingLength(268_435_455)]),
  ),
  bad("MQTT-3.1.0-1", "PUBLISH first", publish(0, "a", 0)),
  bad("MQTT-3.1.0-1", "an HTTP request", raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
  bad("MQTT-3.1.0-1", "a TLS hello", bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)),
  bad("MQTT-3.1.0-1", "zeros", Buffer.alloc(100)),
  ...LEVELS.map(
    (level): Sequence => ({
      clause: "MQTT-3.1.0-2",
      name: `a second CONNECT, level ${level}`,
      connected: level,
      steps: [send(connect(level, "second"))],
      end: "closed",
    }),
  ),
  stays(
    null,
    "MQTT-3.1.4-5",
    "a client that sends on before its CONNACK",
    send(connect(4, "eager"), ...Array.from({ length: 60 }, (_, i) => publish(1, "eager", i + 1))),
    expect(connack(), ...Array.from({ length: 60 }, (_, i) => packet(0x40, u16(i + 1)))),
  ),
];
