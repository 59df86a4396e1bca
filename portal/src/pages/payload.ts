/** What is kept of a refused message's payload, so that a person can read it whatever it holds. Pure. */
export type ReadablePayload = {
  /** Control characters as pictures (␀ ␛), so that they are seen and do nothing. */
  text: string;
  /** The first line's worth of it. */
  preview: string;
  /** Mostly not text. */
  binary: boolean;
};

const PREVIEW = 160;
/** Above this share of characters that are no text the payload is called binary. Ours. */
const BINARY_SHARE = 0.1;

export function readablePayload(payload: string): ReadablePayload {
  let strange = payload.split("\ufffd").length - 1;
  const text = payload.replace(/\p{Cc}/gu, (character) => {
    if (character === "\n" || character === "\t") return character;
    if (character === "\r") return "";
    strange++;
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\u2421";
  });
  const preview = text.replace(/\s+/g, " ").slice(0, PREVIEW);
  return { text, preview, binary: payload.length > 0 && strange / payload.length > BINARY_SHARE };
}
