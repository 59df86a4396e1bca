/** Light reading of a page's HTML in tests: text by element, without a browser. */

export function textOf(html: string): string {
  return decode(html.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, " ").replace(/<[^>]*>/g, " ")).replace(
    /\s+/g,
    " ",
  );
}

/** Text of every element of the name. */
export function all(html: string, element: string): string[] {
  return [...html.matchAll(new RegExp(`<${element}(?:\\s[^>]*)?>([\\s\\S]*?)</${element}>`, "g"))].map((m) =>
    textOf(m[1]!).trim(),
  );
}

/** Accessible label → control: every label's text with the id it names. */
export function labels(html: string): Map<string, string> {
  return new Map(
    [...html.matchAll(/<label for="([^"]+)">([\s\S]*?)<\/label>/g)].map((m) => [textOf(m[2]!).trim(), m[1]!]),
  );
}

function decode(text: string): string {
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
}
