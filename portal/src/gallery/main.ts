import { serveGallery } from "./serve.ts";

/** `pnpm gallery`: every view with canned data, without any other program. PORT as usual, else 8090. */
const { url, stop } = await serveGallery(Number(process.env.PORT ?? 8090));
process.stdout.write(`The gallery: ${url}/gallery (end with Ctrl+C)\n`);
const end = async () => {
  await stop();
  process.exit(0);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end());
