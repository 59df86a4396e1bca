import type { View } from "./layout.tsx";

/** The list as the address filters it, all pages, as a file. */
export function CsvLink({ view }: { view: View }) {
  const [path = "", query = ""] = view.path.split("?");
  const asked = new URLSearchParams(query);
  for (const place of ["after", "before", "page", "open", "view"]) asked.delete(place);
  asked.set("format", "csv");
  return (
    <a class="btn s" href={`${path}?${asked}`} download title="This list as a file">
      CSV
    </a>
  );
}
