import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const sheets = readdirSync(join(here, "css")).map((name) => ({
  name,
  text: readFileSync(join(here, "css", name), "utf8").replace(/\/\*[\s\S]*?\*\//g, ""),
}));
const others = sheets.filter(({ name }) => name !== "tokens.css");
const found = (pattern: RegExp, among = others) =>
  among.flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map((match) => `${name}: ${match[0].trim()}`),
  );

test("colours stand in tokens.css and nowhere else", () => {
  expect(sheets.length).toBeGreaterThan(8);
  expect(found(/^.*(?:#[0-9a-f]{3,8}\b(?!\))|\b(?:rgb|hsl|oklch)a?\().*$/gim)).toEqual([]);
});

test("sizes of text are in rem, so that they grow with what the reader has set", () => {
  expect(found(/^.*\bfont(?:-size)?:[^;]*\d(?:px)[^;]*;/gm, sheets)).toEqual([]);
});

test("widths are asked in em, so that larger text gets the narrower layout", () => {
  expect(found(/^@media[^{]*\dpx[^{]*/gm, sheets)).toEqual([]);
});

test("every token that is used is one that there is", () => {
  const all = sheets.map(({ text }) => text).join("\n");
  const known = new Set([...all.matchAll(/(--[a-z0-9-]+)\s*:/g)].map((match) => match[1]));
  for (const match of all.matchAll(/@property (--[a-z0-9-]+)/g)) known.add(match[1]);
  const used = new Set([...all.matchAll(/var\((--[a-z0-9-]+)\)/g)].map((match) => match[1]));
  expect([...used].filter((name) => !known.has(name))).toEqual([]);
});

test("both themes name every colour", () => {
  const tokens = sheets.find(({ name }) => name === "tokens.css")?.text ?? "";
  // One value for both is only right for ink on a sign whose fill is the same in both.
  const single = [...tokens.matchAll(/^ {2}(--[a-z0-9-]+): #[0-9a-f]+;/gm)].map((match) => match[1]);
  expect(single).toEqual(["--on-warm"]);
});
