import { Failure } from "@millwright/shared/failure";

/** tag = scale * column + offset */
export type MappedColumn = { column: string; tag: string; scale: number; offset: number };

const NUMBER = String.raw`\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?`;
const TARGET = new RegExp(
  String.raw`^([A-Za-z0-9][A-Za-z0-9_.:-]*?)(?:\*([+-]?(?:${NUMBER})))?([+-](?:${NUMBER}))?$`,
);

/**
 * "Bearing 1=acc_pde*9.80665,value=t_ambient*0.5556-17.78" → columns. Columns are named as in the heading.
 * Throws Failure "invalid" with the part at fault.
 */
export function parseMap(text: string): MappedColumn[] {
  return parts(text).map((part) => {
    const at = part.lastIndexOf("=");
    const match = TARGET.exec(part.slice(at + 1).trim());
    if (at < 0 || !match) {
      throw new Failure(
        "invalid",
        `--map: "${part}" is not column=tag, column=tag*a, column=tag+b or column=tag*a+b`,
        {
          field: "map",
        },
      );
    }
    return {
      column: part.slice(0, at),
      tag: match[1]!,
      scale: Number(match[2] ?? 1),
      offset: Number(match[3] ?? 0),
    };
  });
}

/** "speed=2000,flow=0" → values that every row gets. */
export function parseConstants(text: string): Record<string, number> {
  return Object.fromEntries(
    parts(text).map((part) => {
      const [tag, value] = part.split("=");
      if (!tag || !value || !Number.isFinite(Number(value))) {
        throw new Failure("invalid", `--constant: "${part}" is not tag=number`, { field: "constant" });
      }
      return [tag, Number(value)];
    }),
  );
}

const parts = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
