/** ThingsBoard's device API, so that firmware in the field works unchanged. `me` is the authenticated device. */
export const TELEMETRY = "v1/devices/me/telemetry";
export const ATTRIBUTES = "v1/devices/me/attributes";
export const RPC_REQUEST = "v1/devices/me/rpc/request/";
export const RPC_RESPONSE = "v1/devices/me/rpc/response/";
export const GATEWAY_TELEMETRY = "v1/gateway/telemetry";
export const GATEWAY_CONNECT = "v1/gateway/connect";
export const GATEWAY_DISCONNECT = "v1/gateway/disconnect";
export const GATEWAY_ATTRIBUTES = "v1/gateway/attributes";
/** Of a connection that signed in as "provision", and for nothing else. */
export const PROVISION_REQUEST = "/provision/request";
export const PROVISION_RESPONSE = "/provision/response";
