import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import vm from "node:vm";

type Names = Record<string, unknown>;
type Body = (imported: (from: string) => Names) => Names;

const bodies = new Map<string, Body>();

/**
 * Runs the code of a writing thread (plain JavaScript modules) with everything in it fresh, as a new thread would,
 * and with `given` in place of some of its imports. Their files are few and simple: named imports and exports, a
 * default import, no live bindings; anything else is refused here.
 */
export function loadThread(url: URL, given: Record<string, Names>): void {
  const made = new Map<string, Names>();
  const load = (at: URL): Names => {
    const known = made.get(at.href);
    if (known) return known;
    const require = createRequire(at);
    const names = bodyOf(at)((from) => {
      if (given[from]) return given[from];
      if (from.startsWith(".")) return load(new URL(from, at));
      const found = require(from) as Names;
      return { ...found, default: found };
    });
    made.set(at.href, names);
    return names;
  };
  load(url);
}

const IMPORT = /^import\s+([\s\S]*?)\s+from\s+"(.*)";$/gm;
const EXPORT = /^export (async function|function|const|class) (\w+)/gm;

function bodyOf(url: URL): Body {
  const known = bodies.get(url.href);
  if (known) return known;
  const exported: string[] = [];
  const source = readFileSync(url, "utf8")
    .replace(IMPORT, (_all, what: string, from: string) => {
      const names = what.startsWith("{") ? what.replace(/ as /g, ": ") : `{ default: ${what} }`;
      return `const ${names} = imported(${JSON.stringify(from)});`;
    })
    .replace(EXPORT, (_all, kind: string, name: string) => {
      exported.push(name);
      return `${kind} ${name}`;
    });
  const stray = /^(import|export)\b.*/m.exec(source);
  if (stray) throw new Error(`${url.href}: not understood: ${stray[0]}`);
  const code = `${source}\nreturn { ${exported.join(", ")} };`;
  const body = vm.compileFunction(code, ["imported"], { filename: url.pathname }) as unknown as Body;
  bodies.set(url.href, body);
  return body;
}
