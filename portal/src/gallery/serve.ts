import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Gallery, openGallery } from "./gallery.tsx";

/** The gallery on this port of this machine alone; 0: a free one. */
export async function serveGallery(
  port: number,
): Promise<{ url: string; gallery: Gallery; stop(): Promise<void> }> {
  // The port must be known first: forms compare their origin with it.
  const server = createAdaptorServer({ fetch: (request, env) => gallery.app.fetch(request, env) }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const gallery = openGallery(url);
  return {
    url,
    gallery,
    async stop() {
      server.closeAllConnections();
      server.close();
      await gallery.stop();
    },
  };
}
