import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLockfile } from "./lockfile.ts";

export type Installed = {
  name: string;
  version: string;
  /** SPDX expression, or the package's own words. */
  license: string;
  /** npm runs something when it is installed. */
  hasInstallScript: boolean;
};

type Manifest = {
  name: string;
  version: string;
  license?: string | { type: string };
  licenses?: { type: string }[];
  scripts?: Record<string, string>;
};

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const lockfile = () => readLockfile(readFileSync(join(ROOT, "pnpm-lock.yaml"), "utf8"));

/** Every package in pnpm's store folder of this checkout, by `name@version`. */
export function installedPackages(): Map<string, Installed> {
  const found = new Map<string, Installed>();
  const store = join(ROOT, "node_modules/.pnpm");
  for (const place of readdirSync(store)) {
    const modules = join(store, place, "node_modules");
    if (!existsSync(modules) || place === "node_modules") continue;
    for (const entry of readdirSync(modules, { withFileTypes: true })) {
      // A link leads to a package that has a place of its own.
      if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
      const folders = entry.name.startsWith("@")
        ? scoped(join(modules, entry.name))
        : [join(modules, entry.name)];
      for (const folder of folders) {
        const installed = read(folder);
        if (installed) found.set(`${installed.name}@${installed.version}`, installed);
      }
    }
  }
  return found;
}

const scoped = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));

function read(folder: string): Installed | null {
  if (!existsSync(join(folder, "package.json"))) return null;
  const { name, version, license, licenses, scripts } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Manifest;
  const words =
    typeof license === "string" ? license : (license?.type ?? licenses?.map((l) => l.type).join(" OR "));
  const hasInstallScript =
    ["preinstall", "install", "postinstall"].some((script) => scripts?.[script] !== undefined) ||
    // Without a script of its own, npm runs node-gyp where there is a binding.gyp.
    existsSync(join(folder, "binding.gyp"));
  return { name, version, license: words ?? "", hasInstallScript };
}
