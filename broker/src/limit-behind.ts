/** The limits that aedes itself keeps: it tells them only by how the message of the error begins. */
const BY_MESSAGE = [
  ["drain timeout", "drain-timeout"],
  ["maxInflightInbound exceeded", "inflight-qos2"],
] as const;

/** The reason under which to count the end of a connection, or null where no limit was behind it. */
export function limitBehind(error: Error): string | null {
  return BY_MESSAGE.find(([begins]) => error.message.startsWith(begins))?.[1] ?? null;
}
