import { Hono } from "hono";
import type { PortalEnv } from "../deps.ts";
import { assets } from "../views/assets.ts";

/** Content-hashed files: kept by browsers for a year, never asked for again. */
export function staticFiles(): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/assets-static/:name", (c) => {
    const file = assets().fileByName.get(c.req.param("name"));
    if (!file) return c.text("There is no such file.", 404);
    c.header("content-type", file.type);
    c.header("cache-control", "public, max-age=31536000, immutable");
    const accepted = c.req.header("accept-encoding") ?? "";
    const encoding =
      file.br && /\bbr\b/.test(accepted) ? "br" : file.gzip && /\bgzip\b/.test(accepted) ? "gzip" : null;
    if (file.br) c.header("vary", "accept-encoding");
    if (encoding) c.header("content-encoding", encoding);
    const body = encoding === "br" ? file.br! : encoding === "gzip" ? file.gzip! : file.body;
    return c.body(new Uint8Array(body));
  });
}
