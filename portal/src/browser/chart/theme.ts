/** Canvas needs resolved colours: the tokens are registered properties. */
export type Theme = Record<
  | "surface"
  | "ink"
  | "ink2"
  | "ink3"
  | "line2"
  | "lineStrong"
  | "data"
  | "data2"
  | "band"
  | "band2"
  | "run"
  | "f"
  | "fText"
  | "fTint"
  | "s"
  | "sText"
  | "tint",
  string
>;

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: token("--surface"),
    ink: token("--ink"),
    ink2: token("--ink-2"),
    ink3: token("--ink-3"),
    line2: token("--line-2"),
    lineStrong: token("--line-strong"),
    data: token("--data"),
    data2: token("--data-2"),
    band: token("--data-band"),
    band2: token("--data-2-band"),
    run: token("--mode-run"),
    f: token("--f"),
    fText: token("--f-text"),
    fTint: token("--f-tint"),
    s: token("--s-edge"),
    sText: token("--s-text"),
    tint: token("--s-tint"),
  };
}

/** The light theme's colours whatever the page shows: pictures end in reports on white paper. Nothing is painted between. */
export function readLightTheme(): Theme {
  const root = document.documentElement;
  const before = root.dataset.theme;
  root.dataset.theme = "light";
  const theme = readTheme(root);
  if (before === undefined) delete root.dataset.theme;
  else root.dataset.theme = before;
  return theme;
}

export const FONT = '11px "IBM Plex Sans", system-ui, sans-serif';

/** Colour by the line's place in its pane; the third and fourth are the first two dashed. */
export function strokeOf(theme: Theme, place: number): { stroke: string; dash?: number[] } {
  const stroke = place % 2 ? theme.data2 : theme.data;
  return place < 2 ? { stroke } : { stroke, dash: [6, 4] };
}
