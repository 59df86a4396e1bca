/** A part of a file name that every system takes: letters, digits, dots and dashes. */
export function fileWord(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
  return (
    plain
      .replace(/[^A-Za-z0-9.-]+/g, "-")
      .replace(/^[-.]+|-+$/g, "")
      .slice(0, 60) || "file"
  );
}

/** For the header `content-disposition`: saved, not shown. */
export const attachment = (name: string): string => `attachment; filename="${name}"`;
