/**
 * One Prometheus text of several programs'. Each sample gets the label `program`: all of them tell of their
 * process under the same names, and a scraper refuses a text that has one sample twice or a family in two places.
 */
export function mergeMetrics(parts: readonly { program: string; text: string }[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const { program, text } of parts) {
    let family = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const comment = /^# (HELP|TYPE) (\S+)/.exec(line);
      if (comment) family = comment[2]!;
      else if (line.startsWith("#")) continue;
      const known = families.get(family) ?? { head: [], samples: [] };
      families.set(family, known);
      if (!comment) known.samples.push(withLabel(line, program));
      // A family's words are taken from the first program that has it.
      else if (!known.head.some((head) => head.startsWith(`# ${comment[1]} `))) known.head.push(line);
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return `${lines.join("\n")}\n`;
}

function withLabel(sample: string, program: string): string {
  return sample.replace(/^([A-Za-z_:][A-Za-z0-9_:]*)(\{)?/, (_, name: string, labels?: string) =>
    labels ? `${name}{program="${program}",` : `${name}{program="${program}"}`,
  );
}
