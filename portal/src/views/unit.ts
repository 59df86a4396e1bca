/** UCUM codes become the signs people read, here and nowhere else. Used on the server and in the browser. */

const SIGN_BY_UCUM: Record<string, string> = {
  "1": "",
  Cel: "°C",
  "[degF]": "°F",
  "{rev}/min": "rpm",
  "/min": "/min",
  "%": "%",
  deg: "°",
  um: "µm",
  Ohm: "Ω",
  "kW.h": "kWh",
  "MW.h": "MWh",
  "kV.A": "kVA",
  "kV.A.h": "kVAh",
  "V.A": "VA",
  "[g]": "g",
};

const SUPERSCRIPT: Record<string, string> = { "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴" };

/** "m3/h" → "m³/h", "kW.h/m3" → "kWh/m³". An annotation such as {count} is read as nothing. */
export function unitSign(ucum: string | null | undefined): string {
  if (!ucum) return "";
  const known = SIGN_BY_UCUM[ucum];
  if (known !== undefined) return known;
  return ucum
    .split("/")
    .map(
      (part) =>
        SIGN_BY_UCUM[part] ??
        part
          .replace(/\{[^}]*\}/g, "")
          .replace(/\./g, "·")
          .replace(/(?<=[A-Za-z])-?\d/g, raise),
    )
    .join("/");
}

function raise(exponent: string): string {
  return [...exponent].map((digit) => SUPERSCRIPT[digit] ?? digit).join("");
}
