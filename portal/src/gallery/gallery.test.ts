import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { type Gallery, openGallery } from "./gallery.tsx";
import { GROUPS } from "./groups.tsx";
import { PAGES } from "./pages.tsx";
import { SCENES, type SceneName, type Who } from "./scenes.ts";

const ORIGIN = "http://localhost:8090";
const gallery: Gallery = openGallery(ORIGIN);
afterAll(() => gallery.stop());

const html = { accept: "text/html" };

/** Cookies with which the product is shown in this scene to this person. */
async function enter(scene: SceneName, who: Who): Promise<string> {
  const answer = await gallery.app.request(`${ORIGIN}/gallery/show/${scene}/${who}?to=/`);
  expect(answer.status).toBe(303);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

it.each(GROUPS.map((group) => [group.id, group] as const))(
  "shows %s in its states and names a file that is there",
  async (id, group) => {
    const answer = await gallery.app.request(`${ORIGIN}/gallery/parts/${id}`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    for (const [state] of group.states) expect(text).toContain(state.replaceAll("'", "&#39;"));
    expect(text).not.toContain("style=");
    for (const file of group.file.split(", ")) {
      expect(existsSync(fileURLToPath(new URL(`../${file}`, import.meta.url))), file).toBe(true);
    }
  },
);

it("leads from the index to every part, and to the product in every scene", async () => {
  const text = await (await gallery.app.request(`${ORIGIN}/gallery`)).text();
  for (const { id } of GROUPS) expect(text).toContain(`href="/gallery/parts/${id}"`);
  for (const scene of Object.keys(SCENES)) expect(text).toContain(`/gallery/show/${scene}/owner?`);
});

it.each(["normal", "empty", "down", "stale"] as const)(
  "the product in the scene %s has nothing inline on any page",
  async (scene) => {
    const cookie = await enter(scene, "administrator");
    for (const [label, path] of PAGES) {
      const answer = await gallery.app.request(ORIGIN + path, { headers: { cookie, ...html } });
      const text = await answer.text();
      expect(text, `${label} in ${scene}`).toContain("<h1");
      expect(text, `${label} in ${scene}`).not.toMatch(/ style=|<style|<script>|\son[a-z]+="/);
      if (!path.startsWith("/broken") && path !== "/nothing-here") expect(answer.status, label).toBe(200);
    }
  },
);

it("a sheet that holds hover, focus and print still names no font of its own", async () => {
  const text = await (await gallery.app.request(`${ORIGIN}/gallery/states.css?print`)).text();
  expect(text).toContain(".btn.is-hover");
  expect(text).toContain(".is-focus");
  expect(text).not.toMatch(/@font-face|@media print/);
});

it("is no part of the product", async () => {
  const { app } = await gallery.scene("normal");
  const cookie = await enter("normal", "administrator");
  const answer = await app.request(`${ORIGIN}/gallery`, { headers: { cookie, ...html } });
  expect(answer.status).toBe(404);
});
