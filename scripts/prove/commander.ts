import { join } from "node:path";
import { openSqliteJournal } from "@millwright/shared/journal/sqlite";
import { encodeDownlink } from "@millwright/shared/wire/downlink-record";

/** The portal's side of the downlink: commands of `bytes` each to devices, into the journal that the broker reads. */
export async function commander(dataDir: string, bytes: number) {
  const journal = await openSqliteJournal({ file: join(dataDir, "downlink.db"), maxBytes: 0 });
  const padding = "x".repeat(bytes);
  let sent = 0;
  const one = (deviceId: string) =>
    new Promise<void>((resolve, reject) => {
      const record = { deviceId, requestId: String(++sent), method: "fill", params: { padding } };
      journal.append(encodeDownlink(record), (error) => (error ? reject(error) : resolve()));
    });
  return {
    one,
    /** In groups, so that not all of them are in memory at once. */
    async many(deviceId: string, count: number) {
      for (let left = count; left > 0; left -= 200)
        await Promise.all(Array.from({ length: Math.min(200, left) }, () => one(deviceId)));
    },
    close: () => journal.close(),
  };
}
