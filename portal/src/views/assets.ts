import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

/**
 * Styles, fonts and browser scripts, bundled once into memory. Names carry the hash of their content,
 * so that a browser may keep them for ever and a new version is a new name.
 */
type StaticFile = {
  body: Buffer;
  type: string;
  /** Present where compressing helps (fonts are compressed already). */
  br?: Buffer;
  gzip?: Buffer;
};
export type Assets = {
  fileByName: ReadonlyMap<string, StaticFile>;
  css: string;
  font: string;
  /** Entry modules by name; `main` is on every page, `chart` only where there is one. */
  script: { main: string; chart: string };
};

const here = dirname(fileURLToPath(import.meta.url));
const browserDir = join(here, "..", "browser");
const CSS_FILES = [
  "tokens",
  "base",
  "shell",
  "parts",
  "filter",
  "search",
  "compare",
  "toast",
  "chart",
  "map",
  "pages",
  "why",
  "alarms",
  "print",
];
const FONTS = [
  ["sans", "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2"],
  ["sans-ext", "@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-ext-wght-normal.woff2"],
  ["mono", "@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2"],
] as const;
const LATIN_EXT =
  "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+20A0-20AB,U+20AD-20C0,U+2C60-2C7F,U+A720-A7FF";

let built: Assets | undefined;

/** Built at the first call (some 100 ms) and kept: the sources do not change while the process runs. */
export function assets(): Assets {
  built ??= build();
  return built;
}

function build(): Assets {
  const fileByName = new Map<string, StaticFile>();
  const require = createRequire(import.meta.url);
  const fontName: Record<string, string> = {};
  for (const [key, path] of FONTS) {
    const body = readFileSync(require.resolve(path));
    const name = `${key}-${hash(body)}.woff2`;
    fontName[key] = name;
    fileByName.set(name, { body, type: "font/woff2" });
  }

  const sheets = CSS_FILES.map((name) => readFileSync(join(here, "css", `${name}.css`), "utf8"));
  const css = Buffer.from(minifyCss([fontFaces(fontName), ...sheets].join("\n")));
  const cssName = `style-${hash(css)}.css`;
  fileByName.set(cssName, compressed(css, "text/css; charset=utf-8"));

  const entries: Record<string, string> = {};
  const bundle = buildSync({
    absWorkingDir: browserDir,
    entryPoints: ["main.ts", "chart.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    charset: "utf8",
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    outdir: "out",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  for (const file of bundle.outputFiles) {
    const name = file.path.slice(file.path.lastIndexOf("/") + 1);
    fileByName.set(name, compressed(Buffer.from(file.contents), "text/javascript; charset=utf-8"));
  }
  for (const [path, output] of Object.entries(bundle.metafile.outputs)) {
    if (output.entryPoint) entries[output.entryPoint] = path.slice(path.lastIndexOf("/") + 1);
  }
  return {
    fileByName,
    css: cssName,
    font: fontName.sans!,
    script: { main: entries["main.ts"]!, chart: entries["chart.ts"]! },
  };
}

function fontFaces(nameByKey: Record<string, string>): string {
  const face = (family: string, key: string, weight: string, range?: string) =>
    `@font-face{font-family:"${family}";font-display:swap;font-weight:${weight};src:url(${nameByKey[key]}) format("woff2")${
      range ? `;unicode-range:${range}` : ""
    }}`;
  return [
    face("IBM Plex Sans", "sans", "100 700"),
    face("IBM Plex Sans", "sans-ext", "100 700", LATIN_EXT),
    face("IBM Plex Mono", "mono", "400"),
  ].join("\n");
}

function minifyCss(source: string): string {
  const result = buildSync({
    stdin: { contents: source, loader: "css" },
    minify: true,
    write: false,
    logLevel: "silent",
    external: ["*.woff2"],
    bundle: true,
    // light-dark() and nesting are left as written: every browser that runs our modules knows them.
    target: "esnext",
  });
  return result.outputFiles[0]!.text;
}

function compressed(body: Buffer, type: string): StaticFile {
  return {
    body,
    type,
    br: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gzip: gzipSync(body, { level: 9 }),
  };
}

function hash(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 10);
}
