/** What pnpm-lock.yaml says, as far as it matters here. Keys are `name@version`; snapshot keys add the peers in brackets. */
export type Lockfile = {
  /** Subresource integrity (sha512-…) of the registry's tarball. */
  integrity: Map<string, string>;
  /** Snapshot key → snapshot keys of what it needs; without optional peers, which are there for another's sake. */
  needs: Map<string, string[]>;
  /** Snapshot keys that our own packages name, for use and for development. */
  used: string[];
  usedForDevelopment: string[];
};

const plain = (text: string) => text.replace(/^'|'$/g, "");
/** An alias has the real package in place of the version. */
const keyOf = (name: string, version: string) =>
  /^@?[a-z][^(]*@\d/i.test(version) ? version : `${name}@${version}`;

/** Reads lockfile version 9, whose indentation is fixed: pnpm writes it, nobody else. Throws on another version. */
export function readLockfile(text: string): Lockfile {
  if (!text.startsWith("lockfileVersion: '9.0'")) throw new Error("pnpm-lock.yaml is not of version 9.0");
  const lock: Lockfile = { integrity: new Map(), needs: new Map(), used: [], usedForDevelopment: [] };
  const optionalPeers = new Set<string>();
  let section = "";
  let entry = "";
  let group = "";
  let name = "";
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const at = line.indexOf(": ", indent);
    const word = plain(at < 0 ? line.trim().replace(/:( \{\})?$/, "") : line.slice(indent, at));
    const value = at < 0 ? "" : plain(line.slice(at + 2).trim());
    if (line === "") continue;
    if (indent === 0) section = word;
    else if (indent === 2) entry = word;
    else if (indent === 4) group = word;
    if (section === "packages" && word === "resolution") {
      const integrity = /integrity: (sha512-[A-Za-z0-9+/=]+)/.exec(line)?.[1];
      if (integrity) lock.integrity.set(entry, integrity);
    } else if (section === "packages" && group === "peerDependenciesMeta" && indent === 6) {
      optionalPeers.add(`${entry} ${word}`);
    } else if (section === "snapshots") {
      if (indent === 2) lock.needs.set(entry, []);
      else if (
        indent === 6 &&
        /^(optionalD|d)ependencies$/.test(group) &&
        !optionalPeers.has(`${withoutPeers(entry)} ${word}`)
      )
        lock.needs.get(entry)!.push(keyOf(word, value));
    } else if (section === "importers") {
      if (indent === 6) name = word;
      else if (indent === 8 && word === "version" && !value.startsWith("link:"))
        (group === "devDependencies" ? lock.usedForDevelopment : lock.used).push(keyOf(name, value));
    }
  }
  return lock;
}

/** `name@version` without the peers. */
export const withoutPeers = (key: string): string => key.replace(/\(.*$/, "");

/** Everything that the given packages need, themselves included, as `name@version`. */
export function closure(lock: Lockfile, from: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const open = [...from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(lock.needs.get(key) ?? []));
  }
  return new Set([...seen].map(withoutPeers));
}
