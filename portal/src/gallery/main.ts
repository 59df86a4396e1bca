import { serve } from "@hono/node-server";
import { openGallery } from "./gallery.tsx";

/** `pnpm gallery`: every view with canned data, without any other program. PORT as usual, else 8090. */
const port = Number(process.env.PORT ?? 8090);
const url = `http://localhost:${port}`;
const gallery = openGallery(url);
const server = serve({ fetch: gallery.app.fetch, port, hostname: "127.0.0.1" }, () => {
  process.stdout.write(`The gallery: ${url}/gallery (end with Ctrl+C)\n`);
});
const end = async () => {
  server.close();
  await gallery.stop();
  process.exit(0);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end());
