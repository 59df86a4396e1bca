import { askLoopback } from "@millwright/shared/loopback";
import { CREDENTIAL_USE_PATH, type CredentialUse } from "@millwright/shared/wire/credential-use";

/** When each credential was last used, without those that never were; null while the broker does not answer. */
export type AskUses = (credentialIds: readonly string[]) => Promise<Record<string, CredentialUse> | null>;

const LIMIT_MS = 900;

export function askBroker(dataDir: string): AskUses {
  return async (ids) => {
    if (ids.length === 0) return {};
    const answer = await askLoopback(dataDir, "broker", CREDENTIAL_USE_PATH, ids, LIMIT_MS);
    return answer as Record<string, CredentialUse> | null;
  };
}
