import { Icon } from "./icons.tsx";

/**
 * What the last press did, told once on the page that follows. `undo` is a form of its own: `action` is a path of this
 * portal that takes the change back, with `fields` as posted. The route behind it decides again who may.
 */
export type Notice = { text: string; undo?: { action: string; fields?: Record<string, string> } };

/**
 * The page's one place for notices. With script it floats at the bottom left for eight seconds (browser/toast.ts);
 * without, it is a strip on top of the page with a plain Undo form.
 */
export function Toasts({ notice, path }: { notice: Notice | null | undefined; path: string }) {
  return (
    <div class="toasts" role="status" data-toasts="">
      {notice ? <Toast notice={notice} path={path} /> : null}
    </div>
  );
}

function Toast({ notice, path }: { notice: Notice; path: string }) {
  const { text, undo } = notice;
  return (
    <div class="toast" data-toast="">
      <span class="grow">{text}</span>
      {undo ? (
        <form method="post" action={undo.action} data-instant="">
          {Object.entries(undo.fields ?? {}).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <input type="hidden" name="next" value={path} />
          <button class="btn s" type="submit" data-busy="Undoing…" data-key="z">
            Undo<span class="vh">: {text}</span>
          </button>
        </form>
      ) : null}
      <button class="btn s icon" type="button" data-toast-close="" hidden>
        <Icon name="close" />
        <span class="vh">Close</span>
      </button>
    </div>
  );
}
