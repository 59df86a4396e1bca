import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { headers } from "../app.ts";
import { safeNext } from "../paths.ts";
import { GROUPS } from "./groups.tsx";
import { GroupPage, Index } from "./pages.tsx";
import { buildScene, SCENES, type Scene, type SceneName, sessionCookies, WHO, type Who } from "./scenes.ts";
import { stateStyles } from "./state-styles.ts";

/**
 * Every view and component with canned data, and the whole product in several states. `/gallery` is the index; any
 * other address is the product itself, in the scene and for the person that the cookies name.
 */
export type Gallery = { app: Hono; scene(name: SceneName): Promise<Scene>; stop(): Promise<void> };

const SCENE_COOKIE = "scene";

/** `publicUrl`: where browsers reach it. Scenes are built when they are first looked at. */
export function openGallery(publicUrl: string): Gallery {
  const scenes = new Map<SceneName, Promise<Scene>>();
  const scene = (name: SceneName) => {
    const built = scenes.get(name) ?? buildScene(name, publicUrl);
    scenes.set(name, built);
    return built;
  };
  const app = new Hono();
  app.use("/gallery/*", headers(publicUrl));
  app.get("/gallery", async (c) => c.html(<Index theme={themeOf(c)} />));
  app.get("/gallery/states.css", (c) => {
    c.header("content-type", "text/css; charset=utf-8");
    return c.body(stateStyles(c.req.query("print") !== undefined));
  });
  app.get("/gallery/parts/:id", (c) => {
    const group = GROUPS.find(({ id }) => id === c.req.param("id"));
    return group
      ? c.html(<GroupPage group={group} theme={themeOf(c)} print={c.req.query("print") !== undefined} />)
      : c.notFound();
  });
  app.get("/gallery/show/:scene/:who", async (c) => {
    const name = c.req.param("scene");
    const who = WHO.find((each): each is Who => each === c.req.param("who")) ?? "engineer";
    if (!isScene(name)) return c.notFound();
    setCookie(c, SCENE_COOKIE, name, { path: "/", sameSite: "Lax" });
    setCookie(c, "theme", c.req.query("theme") ?? "", { path: "/", sameSite: "Lax" });
    const shown = await scene(name);
    for (const cookie of await sessionCookies(c, shown, who))
      c.header("set-cookie", cookie, { append: true });
    return c.redirect(safeNext(c.req.query("to")), 303);
  });
  app.all("*", async (c) => {
    const asked = getCookie(c, SCENE_COOKIE) ?? "";
    if (c.req.path === "/" && !asked) return c.redirect("/gallery");
    return (await scene(isScene(asked) ? asked : "normal")).app.fetch(c.req.raw, c.env);
  });
  return {
    app,
    scene,
    async stop() {
      for (const built of scenes.values()) await (await built).stop();
    },
  };
}

const isScene = (name: string): name is SceneName => Object.hasOwn(SCENES, name);

/** `?theme=dark`, else what the cookie says. */
function themeOf(c: Context): "light" | "dark" | null {
  const theme = c.req.query("theme") ?? getCookie(c, "theme");
  return theme === "light" || theme === "dark" ? theme : null;
}
