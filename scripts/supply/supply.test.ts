import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { billOfMaterials, purl } from "./cyclonedx.ts";
import { type Installed, installedPackages, lockfile, ROOT } from "./installed.ts";
import { closure, type Lockfile } from "./lockfile.ts";

let installed: Map<string, Installed>;
let lock: Lockfile;
let used: Installed[];
beforeAll(() => {
  installed = installedPackages();
  lock = lockfile();
  const needed = closure(lock, lock.used);
  used = [...installed].filter(([key]) => needed.has(key)).map(([, part]) => part);
});

/** Lowest version without a known weakness that concerns us; the advisory or CVE behind it. */
const FLOORS: Record<string, { floor: string; because: string }> = {
  aedes: {
    floor: "1.2.0",
    because: "GHSA-xxqp-5qx8-gj5q, GHSA-5jvp-3p2v-5qgf, GHSA-p8r9-qf8w-p73r, GHSA-52qw-whmv-87c5",
  },
  "aedes-persistence": { floor: "11.0.0", because: "GHSA-p8r9-qf8w-p73r (cleanIncoming)" },
  "mqtt-packet": { floor: "4.0.5", because: "CVE-2016-10523" },
  mqtt: { floor: "2.15.0", because: "CVE-2017-10910" },
  ws: { floor: "8.17.1", because: "CVE-2024-37890" },
  hono: { floor: "4.12.21", because: "CVE-2026-47673 to -47676 and before" },
  "@hono/node-server": { floor: "1.19.13", because: "CVE-2026-29087, CVE-2026-39406" },
  "better-auth": { floor: "1.7.25", because: "CVE-2025-61928, GHSA-xg6x-h9c9-2m83, CVE-2026-45364" },
  "drizzle-orm": { floor: "0.45.2", because: "CVE-2026-39356" },
};

/** Negative: a is lower. A pre-release counts as lower than its version. */
function compare(a: string, b: string): number {
  const parts = (version: string) => version.split(/[-+]/)[0]!.split(".").map(Number);
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  return Number(b.includes("-")) - Number(a.includes("-"));
}

describe("known weaknesses", () => {
  it("compares versions as numbers, pre-releases below", () => {
    const rising = ["0.45.2", "1.0.0-beta.20", "1.0.0", "1.9.0", "1.10.0", "4.12.21", "11.0.0"];
    expect([...rising].reverse().sort(compare)).toEqual(rising);
  });

  it.each(Object.entries(FLOORS))("%s is at or above its fix", (name, { floor, because }) => {
    const versions = [...installed.values()].filter((part) => part.name === name).map((part) => part.version);
    expect(versions, `${name} is not installed: its row may go`).not.toEqual([]);
    expect(
      versions.filter((version) => compare(version, floor) < 0),
      because,
    ).toEqual([]);
  });
});

describe("install scripts", () => {
  it("run only for packages on the list, and the list has no others", () => {
    const workspace = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
    const block = /^allowBuilds:\n((?: {2}.+\n?)+)/m.exec(workspace)?.[1] ?? "";
    const allowed = [...block.matchAll(/^ {2}'?([^':]+)'?: true$/gm)].map((match) => match[1]!);
    expect(allowed.sort()).toEqual(["better-sqlite3", "esbuild"]);
    for (const name of allowed) {
      const parts = [...installed.values()].filter((part) => part.name === name);
      expect(
        parts.some((part) => part.hasInstallScript),
        `${name} needs no permission`,
      ).toBe(true);
    }
    expect(workspace).not.toMatch(/dangerouslyAllowAllBuilds/);
  });
});

/**
 * Licences under which a part may be distributed together with Apache-2.0 code. MPL-2.0 is copyleft for its own files
 * only, which stay unchanged; OFL-1.1 is for fonts.
 */
const COMPATIBLE = new Set([
  ...[
    "MIT",
    "ISC",
    "0BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "Unlicense",
  ],
  ...["MPL-2.0", "OFL-1.1", "Python-2.0"],
]);
/** Any alternative will do; of a conjunction each part must. */
const isCompatible = (license: string): boolean =>
  license
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((id) => COMPATIBLE.has(id.trim())));

describe("licences", () => {
  it("refuses strong copyleft and what is not said", () => {
    for (const license of [
      "GPL-3.0",
      "AGPL-3.0-only",
      "MIT AND GPL-2.0",
      "",
      "SEE LICENSE IN x",
      "UNLICENSED",
    ])
      expect(isCompatible(license), license).toBe(false);
    expect(isCompatible("(MIT OR GPL-3.0)")).toBe(true);
  });

  it("of all parts of the running product go with Apache-2.0", () => {
    expect(used.length).toBeGreaterThan(100);
    const refused = used.filter((part) => !isCompatible(part.license));
    expect(refused.map(({ name, version, license }) => `${name}@${version}: ${license}`)).toEqual([]);
  });
});

describe("the bill of materials", () => {
  const made = { serial: "3e671687-395b-41f5-a30f-a58921a69b79", at: new Date(0) };
  const product = { name: "millwright", version: "0.1.0", license: "Apache-2.0" };
  const bill = () => billOfMaterials(product, lock, installed, made);

  it("lists every installed package once, with licence and the lockfile's hash", () => {
    const { components } = bill();
    expect(components).toHaveLength(installed.size);
    expect(new Set(components.map((c) => c["bom-ref"])).size).toBe(components.length);
    for (const component of components) {
      expect(component.hashes?.[0]?.content, component.purl).toMatch(/^[0-9a-f]{128}$/);
      expect(component.licenses, component.purl).not.toEqual([]);
    }
    const hono = components.find((c) => c.name === "node-server")!;
    expect(hono).toMatchObject({ group: "@hono", scope: "required" });
    expect(hono.purl).toBe(`pkg:npm/%40hono/node-server@${hono.version}`);
    expect(components.find((c) => c.name === "vitest")).toMatchObject({ scope: "excluded" });
  });

  it("tells who needs whom, and names nobody who is not in it", () => {
    const { components, dependencies, metadata } = bill();
    const refs = new Set([...components.map((c) => c["bom-ref"]), metadata.component["bom-ref"]]);
    for (const { ref, dependsOn } of dependencies)
      for (const one of [ref, ...dependsOn]) expect(refs.has(one), one).toBe(true);
    const aedes = [...installed.values()].find((part) => part.name === "aedes")!;
    const needs = dependencies.find((d) => d.ref === purl("aedes", aedes.version))!.dependsOn;
    expect(needs.some((ref) => ref.startsWith("pkg:npm/mqtt-packet@"))).toBe(true);
    expect(dependencies[0]!.dependsOn).toContain(purl("aedes", aedes.version));
  });
});
