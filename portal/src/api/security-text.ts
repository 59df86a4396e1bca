import type { Context } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { problem } from "./problem.ts";

/** RFC 9116 recommends less than a year; the file is made anew for each request, so it never ends by neglect. */
const VALID_MS = 90 * 86_400_000;

/** RFC 9116: where to report a weakness of this installation. Its operator names the address. */
export function securityText(c: Context<PortalEnv>, deps: PortalDeps): Response {
  if (!deps.securityContact)
    return problem(c, 404, { detail: "This installation names no security contact." });
  const lines = [
    `Contact: ${deps.securityContact}`,
    `Expires: ${new Date(deps.clock() + VALID_MS).toISOString()}`,
    `Canonical: ${deps.publicUrl}/.well-known/security.txt`,
    "Preferred-Languages: en",
  ];
  return c.text(`${lines.join("\n")}\n`);
}
