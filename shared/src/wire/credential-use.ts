/** Asked at the broker's door with a list of credential ids. Absent: never used. */
export const CREDENTIAL_USE_PATH = "/credential-use";
export const PROVISION_PATH = "/provision";

export type CredentialUse = {
  /** Epoch ms; of a connected device: now. */
  lastUsedAt: number;
  /** Connections open with it. */
  connections: number;
};
