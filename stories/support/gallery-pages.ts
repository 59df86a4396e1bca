import { EXPECTED } from "../../portal/src/access/matrix.ts";
import type { Who } from "../../portal/src/gallery/scenes.ts";

/** What answers programs, or streams, or needs no look. */
const NO_PAGE =
  /^\/(api|healthz|readyz|metrics|live|\.well-known|assets-static)\b|\/(status|shown|sparks|suggest|counts)$|\.csv$|\/file$/;
const COLUMN: Record<Who, number> = { nobody: 0, owner: 1, viewer: 2, engineer: 4, administrator: 5 };

/**
 * Address of every page that this person gets, from the access matrix: a new page cannot be forgotten. `things`: an id
 * for each kind in the path.
 */
export function pagesOf(who: Who, things: Record<string, string>): string[] {
  return Object.entries(EXPECTED)
    .map(([route, statuses]) => ({ route, status: statuses.split(" ")[COLUMN[who]] }))
    .filter(({ route, status }) => route.startsWith("GET ") && status === "200")
    .map(({ route }) => route.slice(4))
    .filter((path) => !NO_PAGE.test(path))
    .map((path) =>
      path.replace(/\/([a-z-]+)\/:id/, (_, kind: string) => {
        const id = things[kind];
        if (id === undefined) throw new Error(`no id of ${kind} for ${path}`);
        return `/${kind}/${id}`;
      }),
    );
}
