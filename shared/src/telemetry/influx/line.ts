import { Failure } from "../../failure.ts";

/** Measurements. `samples` has the fields v and grade, the rollups n, lo, hi, total and last; all are labelled device, tag. */
export const SAMPLES = "samples";
export const ROLLUPS = { "1m": "rollup_1m", "1h": "rollup_1h" } as const;

/**
 * A name as a label value: a backslash, a control character or a per cent sign is percent-encoded, since line protocol
 * has no sure way to carry a line break, or a backslash before another escape.
 */
export function labelOf(name: string): string {
  if (name === "") throw new Failure("invalid", "InfluxDB cannot store an empty device or tag name");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through.
  return name.replace(/[\u0000-\u001f\u007f\\%]/g, (character) => encodeURIComponent(character));
}

export const nameOf = (label: string): string => decodeURIComponent(label);

/** Measurement and labels of a line, up to the space before its fields. */
export function lineStart(measurement: string, device: string, tag: string): string {
  return `${measurement},device=${escapeLabel(device)},tag=${escapeLabel(tag)} `;
}

const escapeLabel = (name: string): string => labelOf(name).replace(/[,= ]/g, "\\$&");

/** A string in InfluxQL. Labels hold no backslash. */
export const quoted = (name: string): string => `'${labelOf(name).replaceAll("'", "\\'")}'`;

export const identifier = (name: string): string => `"${name.replace(/["\\]/g, "\\$&")}"`;
