/** Head of a column that can be sorted by: a link, so that it works without script and can be shared. */
export function SortHead(props: {
  label: string;
  /** The list sorted by this column; in the other direction when it already is. */
  href: string;
  sorted: "ascending" | "descending" | null;
  class?: string | undefined;
}) {
  return (
    <th scope="col" class={props.class} aria-sort={props.sorted ?? undefined}>
      <a class="sort" href={props.href} data-in-place="">
        {props.label}
        <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3.5 10L8 5l4.5 5" />
        </svg>
      </a>
    </th>
  );
}
