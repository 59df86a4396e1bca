/** A polite live region that is written at most once a second; of what comes faster, the last is spoken. */
const EVERY_MS = 1000;

export function speaker(region: () => HTMLElement | null): (text: string) => void {
  let last = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let next = "";
  const say = () => {
    waiting = undefined;
    last = Date.now();
    const element = region();
    if (element) element.textContent = next;
  };
  return (text) => {
    next = text;
    const early = last + EVERY_MS - Date.now();
    if (early <= 0) say();
    else if (waiting === undefined) waiting = setTimeout(say, early);
  };
}
