import type { Installed } from "./installed.ts";
import { closure, type Lockfile, withoutPeers } from "./lockfile.ts";

type Product = { name: string; version: string; license: string };

/** Package URL of an npm package: pkg:npm/%40scope/name@1.2.3 */
export const purl = (name: string, version: string): string =>
  `pkg:npm/${name.replace(/^@/, "%40")}@${encodeURIComponent(version)}`;

const licenses = (license: string) => {
  if (/^[A-Za-z0-9.+-]+$/.test(license)) return [{ license: { id: license } }];
  return /\b(OR|AND|WITH)\b/.test(license)
    ? [{ expression: license }]
    : [{ license: { name: license || "unknown" } }];
};

/**
 * CycloneDX 1.6 bill of materials of what is installed here. `scope` excluded: for development only, not part of the
 * running product. Hashes are those of the registry's tarballs, from the lockfile.
 */
export function billOfMaterials(
  product: Product,
  lock: Lockfile,
  installed: ReadonlyMap<string, Installed>,
  made: { serial: string; at: Date },
) {
  const needed = closure(lock, lock.used);
  const present = [...installed.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const own = purl(product.name, product.version);
  // Two snapshots of one version differ in their peers: one component needs what either needs.
  const needs = new Map<string, Set<string>>();
  for (const [key, deps] of lock.needs) {
    const into = needs.get(withoutPeers(key)) ?? new Set();
    for (const dep of deps) into.add(withoutPeers(dep));
    needs.set(withoutPeers(key), into);
  }
  const refs = (keys: Iterable<string>) =>
    [...new Set(keys)]
      .flatMap((key) => installed.get(key) ?? [])
      .map(({ name, version }) => purl(name, version))
      .sort();
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${made.serial}`,
    version: 1,
    metadata: {
      timestamp: made.at.toISOString(),
      component: {
        type: "application",
        "bom-ref": own,
        name: product.name,
        version: product.version,
        purl: own,
        licenses: licenses(product.license),
      },
      properties: [{ name: "millwright:platform", value: `${process.platform}-${process.arch}` }],
    },
    components: present.map((part) => {
      const [, scope, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(part.name)!;
      const integrity = lock.integrity.get(keyOf(part));
      return {
        type: "library",
        "bom-ref": purl(part.name, part.version),
        ...(scope && { group: scope }),
        name: name!,
        version: part.version,
        purl: purl(part.name, part.version),
        scope: needed.has(keyOf(part)) ? "required" : "excluded",
        licenses: licenses(part.license),
        ...(integrity && {
          hashes: [{ alg: "SHA-512", content: Buffer.from(integrity.slice(7), "base64").toString("hex") }],
        }),
      };
    }),
    dependencies: [
      { ref: own, dependsOn: refs([...lock.used, ...lock.usedForDevelopment].map(withoutPeers)) },
      ...present.map((part) => ({
        ref: purl(part.name, part.version),
        dependsOn: refs(needs.get(keyOf(part)) ?? []),
      })),
    ],
  };
}

const keyOf = ({ name, version }: { name: string; version: string }) => `${name}@${version}`;
