import { randomUUID } from "node:crypto";
import { PROVISION_USER } from "@millwright/shared/wire/provisioning";
import type { SignedIn } from "./credentials-db.ts";

/** Credential id of a connection that may only ask for a credential. */
export const PROVISIONING = "provisioning";

/** As ThingsBoard has it: user name "provision", or no user name and that as the client id; no password. */
export function asksForProvisioning(request: {
  clientId: string;
  username?: string;
  password?: Buffer;
}): boolean {
  const { clientId, username = "", password } = request;
  if (password !== undefined && password.length > 0) return false;
  return username === PROVISION_USER || (username === "" && clientId === PROVISION_USER);
}

/** Everyone gets a name space of their own: what one is answered reaches nobody else. */
export const provisioningSignIn = (): SignedIn => ({
  deviceId: `!provision/${randomUUID()}`,
  kind: "provision",
  credentialId: PROVISIONING,
});
