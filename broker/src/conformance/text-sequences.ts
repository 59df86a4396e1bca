import { bytes, connack, connect, field, type Level, packet, raw, suback, u16, unsuback } from "./bytes.ts";
import { closes, expect, LEVELS, type Sequence, send, stays } from "./sequence.ts";

/** What no string may hold, between an `a` before and a `z` behind it. */
const BAD: [clause: string, name: string, content: Buffer][] = [
  ["MQTT-1.5.3-2", "U+0000", bytes(0)],
  ["MQTT-1.5.3-1", "U+D800", bytes(0xed, 0xa0, 0x80)],
  ["MQTT-1.5.3-1", "U+DFFF", bytes(0xed, 0xbf, 0xbf)],
  ["MQTT-1.5.3-1", "a pair of surrogates", bytes(0xed, 0xa0, 0x81, 0xed, 0xb0, 0x80)],
  ["MQTT-1.5.3-1", "an overlong slash", bytes(0xc0, 0xaf)],
  ["MQTT-1.5.3-1", "beyond U+10FFFF", bytes(0xf4, 0x90, 0x80, 0x80)],
  ["MQTT-1.5.3-1", "a lone continuation", bytes(0x80)],
  ["MQTT-1.5.3-1", "a sequence that ends early", bytes(0xe2, 0x82)],
  ["MQTT-1.5.3-1", "0xFF", bytes(0xff)],
  ["MQTT-1.5.3", "U+0001", bytes(1)],
  ["MQTT-1.5.3", "U+001F", bytes(0x1f)],
  ["MQTT-1.5.3", "U+007F", bytes(0x7f)],
  ["MQTT-1.5.3", "U+009F", bytes(0xc2, 0x9f)],
  ["MQTT-1.5.3", "U+FFFF", bytes(0xef, 0xbf, 0xbf)],
  ["MQTT-1.5.3", "U+FDD0", bytes(0xef, 0xb7, 0x90)],
];
const GOOD: [clause: string, name: string, content: Buffer][] = [
  ["MQTT-1.5.3-3", "U+FEFF", bytes(0xef, 0xbb, 0xbf)],
  ["MQTT-1.5.3.1", "U+2A6D4", bytes(0xf0, 0xaa, 0x9b, 0x94)],
  ["MQTT-1.5.3", "umlauts", raw("äöü")],
  ["MQTT-4.7.3-4", "a space", raw(" ")],
];

let ids = 0;
const around = (content: Buffer): Buffer => field(Buffer.concat([raw("a"), content, raw("z")]));

/** Each place where a string stands: how to send it, and what comes back for a good one. */
const PLACES: Record<
  string,
  (level: Level, text: Buffer) => { first: boolean; sent: Buffer; answer: Buffer | null }
> = {
  "the client id": (level, text) => ({ first: true, sent: connect(level, text), answer: connack() }),
  "the will topic": (level, text) => ({
    first: true,
    sent: connect(level, `will-text-${ids++}`, 0x06, text, field("x")),
    answer: connack(),
  }),
  "the user name": (level, text) => ({
    first: true,
    sent: connect(level, `user-text-${ids++}`, 0x82, text),
    answer: connack(),
  }),
  "the topic": (_, text) => ({ first: false, sent: packet(0x30, text, raw("x")), answer: null }),
  "the filter to subscribe": (_, text) => ({
    first: false,
    sent: packet(0x82, u16(7), text, 0),
    answer: suback(7, 0),
  }),
  "the filter to unsubscribe": (_, text) => ({
    first: false,
    sent: packet(0xa2, u16(7), text),
    answer: unsuback(7),
  }),
};

export const textSequences: Sequence[] = LEVELS.flatMap((level) =>
  Object.entries(PLACES).flatMap(([place, build]) => [
    ...BAD.map(([clause, name, content]) => {
      const { first, sent } = build(level, around(content));
      return closes(first ? null : level, clause, `${name} in ${place}, level ${level}`, sent);
    }),
    ...GOOD.map(([clause, name, content]) => {
      // Who subscribes it must not hear who publishes it.
      const own = Buffer.concat([raw(`${level} ${place} `), content]);
      const { first, sent, answer } = build(level, around(own));
      const title = `${name} in ${place}, level ${level}`;
      return stays(first ? null : level, clause, title, send(sent), ...(answer ? [expect(answer)] : []));
    }),
  ]),
);
