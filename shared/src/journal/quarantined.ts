import { readdirSync } from "node:fs";
import { join } from "node:path";
import { QUARANTINE } from "./quarantine.mjs";

/** Names of the files that were found damaged and kept aside in a data folder, until somebody removes them. */
export function quarantined(dataDir: string): string[] {
  try {
    return readdirSync(join(dataDir, QUARANTINE)).filter((name) => !name.endsWith(".part"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
