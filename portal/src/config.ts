import { dataDir, host, logLevel, port } from "@millwright/shared/config";
import { limitVariables } from "@millwright/shared/wire/device-limits";
import { z } from "zod";
import { MIN_PASSWORD } from "./sign-in/auth.ts";

/** Parsed once by main.ts (and before the start by scripts/start.ts). */
export const portalConfig = z
  .object({
    PORT: port(8080),
    HOST: host,
    DATA_DIR: dataDir,
    /** Where browsers reach the portal. Default: http://localhost:PORT. https here makes cookies Secure. */
    PUBLIC_URL: z
      .string()
      .refine((url) => URL.canParse(url) && /^https?:\/\//.test(url), "must be an http or https address")
      .transform((url) => new URL(url).origin)
      .optional(),
    /** Where devices reach the broker, to show. Default: the host of PUBLIC_URL. */
    MQTT_HOST: z.string().min(1).optional(),
    MQTT_PORT: port(1883),
    ADMIN_EMAIL: z.email("must be an e-mail address").optional(),
    ADMIN_PASSWORD: z
      .string()
      .min(MIN_PASSWORD, `must have at least ${MIN_PASSWORD} characters`)
      .max(256)
      .optional(),
    /** Who runs this installation takes reports of weaknesses here; served in /.well-known/security.txt. */
    SECURITY_CONTACT: z
      .string()
      .regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/, "must be a mailto: or https: address")
      .optional(),
    ...limitVariables,
    LOG_LEVEL: logLevel,
  })
  .superRefine((config, context) => {
    if ((config.ADMIN_EMAIL === undefined) === (config.ADMIN_PASSWORD === undefined)) return;
    const missing = config.ADMIN_EMAIL === undefined ? "ADMIN_EMAIL" : "ADMIN_PASSWORD";
    const other = config.ADMIN_EMAIL === undefined ? "ADMIN_PASSWORD" : "ADMIN_EMAIL";
    context.addIssue({ code: "custom", path: [missing], message: `must be set together with ${other}` });
  })
  .transform((config) => {
    const publicUrl = config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
    // The broker may listen on every interface; a device needs an address.
    const everywhere = [undefined, "0.0.0.0", "::"].includes(config.MQTT_HOST);
    const mqttHost = everywhere ? new URL(publicUrl).hostname : config.MQTT_HOST!;
    return { ...config, PUBLIC_URL: publicUrl, MQTT_HOST: mqttHost };
  });

export type PortalConfig = z.infer<typeof portalConfig>;
