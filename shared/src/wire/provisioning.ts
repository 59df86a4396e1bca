import { z } from "zod";

/** ThingsBoard's device provisioning over MQTT: a factory image asks for a credential of its own. */
export const PROVISION_USER = "provision";

const text = (longest: number) => z.string().trim().min(1).max(longest);

export const CREDENTIALS_TYPES = ["ACCESS_TOKEN", "MQTT_BASIC", "X509_CERTIFICATE"] as const;

/** What a device publishes to /provision/request. Fields of other installations' firmware are passed over. */
export const provisionRequestSchema = z.object({
  /** Serial number of the machine. */
  deviceName: text(120).regex(/^\P{Cc}*$/u),
  provisionDeviceKey: text(100),
  provisionDeviceSecret: text(200),
  credentialsType: z.enum(CREDENTIALS_TYPES).default("ACCESS_TOKEN"),
  /** What the device chose by itself; without them the answer holds what was made for it. */
  token: text(200).optional(),
  clientId: text(64).optional(),
  username: text(200).optional(),
  password: text(200).optional(),
  /** The certificate (PEM or base64 of its DER), or its SHA-256 fingerprint in hex. */
  hash: text(10_000).optional(),
});

/** What the broker hands to the portal: the request, and the fingerprint of the certificate that came with it. */
export const provisionErrandSchema = z.object({
  request: provisionRequestSchema,
  certificate: z.string().nullable(),
  address: z.string(),
});
export type ProvisionErrand = z.infer<typeof provisionErrandSchema>;

/** What a device receives on /provision/response. */
export type ProvisionResponse =
  | { status: "SUCCESS"; credentialsType: "ACCESS_TOKEN" | "X509_CERTIFICATE"; credentialsValue: string }
  | {
      status: "SUCCESS";
      credentialsType: "MQTT_BASIC";
      credentialsValue: { clientId?: string; userName: string; password: string };
    }
  | { status: "NOT_FOUND"; errorMsg: string }
  | { status: "FAILURE"; errorMsg: string };

/** Unknown, wrong secret, used up, expired and revoked are one answer: nobody finds out which keys there are. */
export const NOT_FOUND: ProvisionResponse = {
  status: "NOT_FOUND",
  errorMsg: "Provision data was not found!",
};
export const FAILURE: ProvisionResponse = { status: "FAILURE", errorMsg: "Failed to provision device!" };
