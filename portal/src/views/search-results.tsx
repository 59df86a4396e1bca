import type { Child } from "hono/jsx";

/** One line of an answer: where it leads, what it is called, and what tells it from others. */
export type Hit = { href: string; label: string; note?: string; sign?: Child };
export type HitGroup = {
  key: string;
  title: string;
  hits: readonly Hit[];
  more?: { href: string; label: string } | null;
};

/** The words' letters in the text, heavier. */
function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return <>{pieces(text, words).map(({ part, hit }) => (hit ? <b>{part}</b> : part))}</>;
}

/** Cut at the places where a word begins or ends; overlapping words make one piece. */
export function pieces(text: string, words: readonly string[]): { part: string; hit: boolean }[] {
  const lower = text.toLowerCase();
  // Lower case of some letters is longer; then positions do not fit, and nothing is marked.
  if (lower.length !== text.length) return [{ part: text, hit: false }];
  const isHit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = lower.indexOf(word); word !== "" && at >= 0; at = lower.indexOf(word, at + 1)) {
      isHit.fill(true, at, at + word.length);
    }
  }
  const found: { part: string; hit: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const last = found.at(-1);
    if (last && last.hit === isHit[i]) last.part += text[i];
    else found.push({ part: text[i]!, hit: isHit[i]! });
  }
  return found;
}

/** What the box offers under itself: options of a listbox, moved through by browser/search.ts. */
export function Suggestions({ groups, words }: { groups: readonly HitGroup[]; words: readonly string[] }) {
  return (
    <div role="listbox" id="suggestions" aria-label="Found">
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options of a listbox has no element of its own
        <div role="group" aria-labelledby={`sg-${group.key}`}>
          <p class="sg-title" id={`sg-${group.key}`} role="presentation">
            {group.title}
          </p>
          {group.hits.map((hit, i) => (
            <Option id={`sg-${group.key}-${i}`} hit={hit} words={words} />
          ))}
          {group.more ? <Option id={`sg-${group.key}-more`} hit={group.more} words={[]} /> : null}
        </div>
      ))}
    </div>
  );
}

function Option({ id, hit, words }: { id: string; hit: Hit; words: readonly string[] }) {
  return (
    <a role="option" id={id} href={hit.href} tabindex={-1} aria-selected="false">
      {hit.sign}
      <span class="grow">
        <span class="ell">
          <Marked text={hit.label} words={words} />
        </span>
        {hit.note ? (
          <span class="ell sm mut">
            <Marked text={hit.note} words={words} />
          </span>
        ) : null}
      </span>
    </a>
  );
}

/** The same as a page of links. */
export function Results({ groups, words }: { groups: readonly HitGroup[]; words: readonly string[] }) {
  return (
    <>
      {groups.map((group) => (
        <section class="pan results" aria-labelledby={`rs-${group.key}`}>
          <header>
            <h2 id={`rs-${group.key}`}>{group.title}</h2>
            {group.more ? (
              <div class="aside">
                <a href={group.more.href}>{group.more.label}</a>
              </div>
            ) : null}
          </header>
          <ul>
            {group.hits.map((hit) => (
              <li class="row">
                <div>
                  <a class="l1 q" href={hit.href}>
                    <Marked text={hit.label} words={words} />
                  </a>
                  {hit.note ? (
                    <p class="l2">
                      <Marked text={hit.note} words={words} />
                    </p>
                  ) : null}
                </div>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
