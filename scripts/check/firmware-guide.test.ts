import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMITS, LIMIT_MEANINGS, type LimitVariable } from "@millwright/shared/wire/device-limits";
import { expect, it } from "vitest";
import { brokerConfig } from "../../broker/src/config.ts";

/** docs/firmware.md shows code that runs elsewhere and numbers that stand elsewhere: both must be the real ones. */
const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/${path}`, import.meta.url)), "utf8");
const guide = read("firmware.md");

it("shows snippets that stand in the files they are taken from, line by line", () => {
  const blocks = [...guide.matchAll(/<!-- from (\S+) -->\n```\w*\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(5);
  for (const [, file, code] of blocks) expect(read(`firmware/${file}`), file).toContain(code);
  const shown = guide.match(/^```(python|c)$/gm)!.length;
  const program = blocks.filter(([, file]) => /\.(py|c)$/.test(file!));
  expect(shown, "a block of code without its file").toBe(program.length);
});

it("links to files that exist", () => {
  for (const [, path] of guide.matchAll(/\]\((firmware\/[^)]+\.\w+)\)/g)) expect(read(path!)).not.toBe("");
});

it("tells the limits as they are", () => {
  for (const [variable, { what, beyond }] of Object.entries(LIMIT_MEANINGS)) {
    const limit = DEFAULT_LIMITS[variable as LimitVariable].toLocaleString("en");
    expect(guide).toContain(`| ${what} | ${limit} | ${beyond} | \`${variable}\` |`);
  }
});

it("tells the limits that the broker enforces", () => {
  const enforced: Record<string, unknown> = brokerConfig.parse({});
  for (const [variable, limit] of Object.entries(DEFAULT_LIMITS)) {
    expect(enforced[variable], variable).toBe(limit);
  }
});
