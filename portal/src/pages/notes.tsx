import type { Tag } from "@millwright/shared/domain/model";
import { isStaff, mayWrite } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import { type AnnotationRow, mayChange } from "../read/annotations.ts";
import type { View } from "../views/layout.tsx";
import { count, sentenceCase } from "../views/number.ts";
import { Field, FormError, Select, Time } from "../views/parts.tsx";
import { toWall } from "../views/wall-time.ts";
import { EMPTY_FORM, type FormState } from "./form.ts";
import type { Span } from "./span.ts";

/** Beyond this the list under the chart folds. */
const OPEN_NOTES = 5;

/** The notes of the shown time under the chart, and the form for another one. */
export function Notes(props: {
  view: View;
  assetId: string;
  notes: readonly AnnotationRow[];
  tags: readonly Tag[];
  span: Span;
}) {
  const { view, assetId, notes } = props;
  if (!notes.length && !mayWrite(view.viewer)) return null;
  return (
    <div class="ch-notes">
      <div data-region="notes">
        {notes.length ? (
          <ul aria-label="Notes in this time">
            {notes.slice(0, OPEN_NOTES).map((note) => (
              <Note note={note} {...props} />
            ))}
          </ul>
        ) : null}
        {notes.length > OPEN_NOTES ? (
          <details>
            <summary>{count(notes.length - OPEN_NOTES, "more note")}</summary>
            <ul aria-label="More notes in this time">
              {notes.slice(OPEN_NOTES).map((note) => (
                <Note note={note} {...props} />
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      {mayWrite(view.viewer) ? (
        <details class="ch-note-new" data-part="note-new">
          <summary class="btn s">Add a note</summary>
          <NoteForm
            view={view}
            tags={props.tags}
            action={paths.annotations(assetId)}
            span={{ from: props.span.to, to: null }}
            state={EMPTY_FORM}
          />
        </details>
      ) : null}
    </div>
  );
}

function Note({ note, view, tags }: { note: AnnotationRow; view: View; tags: readonly Tag[] }) {
  const tag = tags.find((known) => known.key === note.tag);
  return (
    <li id={`note-${note.id}`}>
      <span class="ch-mk" aria-hidden="true">
        N
      </span>
      <div>
        <p class="desc">{note.text}</p>
        <p class="sm mut">
          <Time at={note.from} reading={view} />
          {note.to === null ? null : (
            <>
              {" to "}
              <Time at={note.to} reading={view} />
            </>
          )}
          {note.tag ? ` · ${tag ? sentenceCase(tag.name) : note.tag}` : ""}
          {` · ${note.authorName}`}
          {note.internal ? <span class="tag">Internal, customer cannot see</span> : null}
        </p>
      </div>
      {mayChange(view.viewer, note) ? (
        <div class="acts">
          <a class="btn s" href={paths.annotation(note.id)}>
            Edit<span class="vh"> the note “{short(note.text)}”</span>
          </a>
          <form method="post" action={paths.removeAnnotation(note.id)}>
            <input type="hidden" name="next" value={view.path} />
            <button class="btn s" type="submit" data-busy="Removing…">
              Remove<span class="vh"> the note “{short(note.text)}”</span>
            </button>
          </form>
        </div>
      ) : null}
    </li>
  );
}

export const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 59).trimEnd()}…` : text);

/** Text, when, of what, for whom. Times are wall-clock times of the reader's zone; `to` empty = a moment. */
export function NoteForm(props: {
  view: View;
  tags: readonly Tag[];
  action: string;
  span: { from: number; to: number | null };
  state: FormState;
}) {
  const { view, state, span } = props;
  const value = (name: string, otherwise: string) => state.values[name] ?? otherwise;
  return (
    <form class="ch-note-form" method="post" action={props.action}>
      <FormError text={state.form} />
      <input type="hidden" name="next" value={value("next", view.path)} />
      <Field
        name="text"
        label="Note"
        error={state.errors.text}
        control={(attributes) => (
          <textarea class="text" {...attributes} required maxlength={2000} rows={3}>
            {state.values.text}
          </textarea>
        )}
      />
      <div class="two">
        <Field
          name="from"
          label="From"
          error={state.errors.from}
          control={(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              step="1"
              required
              data-note="from"
              value={value("from", toWall(span.from, view.zone))}
            />
          )}
        />
        <Field
          name="to"
          label="To, optional"
          error={state.errors.to}
          control={(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              step="1"
              data-note="to"
              value={value("to", span.to === null ? "" : toWall(span.to, view.zone))}
            />
          )}
        />
      </div>
      <p class="hint">Times are in {view.zone}. Without an end the note is of a moment.</p>
      <Field
        name="tag"
        label="Of"
        error={state.errors.tag}
        control={(attributes) => (
          <Select
            attributes={attributes}
            none="The whole machine"
            value={state.values.tag}
            options={props.tags.map((tag) => ({ value: tag.key, label: sentenceCase(tag.name) }))}
          />
        )}
      />
      {isStaff(view.viewer) ? (
        <label class="choice">
          <input type="checkbox" name="internal" value="yes" checked={state.values.internal === "yes"} />
          <span>Internal, customer cannot see</span>
        </label>
      ) : null}
      <button class="btn p" type="submit" data-busy="Saving…">
        Save the note
      </button>
    </form>
  );
}
