import { Field, FormError, NotNow, Select } from "../../views/parts.tsx";
import { Twice } from "../../views/table.tsx";
import { LONG_NAME } from "../canned.ts";
import type { State } from "../groups.tsx";

const Row = (props: { class: string; busy?: boolean }) => (
  <p class="name">
    {["p", "", "s"].map((kind) => (
      <button class={`btn ${kind} ${props.class}`} type="button" aria-busy={props.busy ? "true" : undefined}>
        {props.busy ? "Saving…" : kind === "p" ? "Acknowledge" : kind === "s" ? "Small" : "Open"}
      </button>
    ))}
  </p>
);

export const buttonStates: readonly State[] = [
  ["Normal", <Row class="" />],
  ["Hover", <Row class="is-hover" />],
  ["Focus", <Row class="is-focus" />],
  ["Busy", <Row class="" busy />],
  ["Disabled, and why", <NotNow id="g-why" verb="Close ticket" why="Say first what it turned out to be." />],
  [
    "Long words",
    <button class="btn" type="button">
      {LONG_NAME}
    </button>,
  ],
  [
    "What cannot be taken back",
    <Twice
      verb="Revoke"
      of="key of the building control"
      action="/gallery"
      effect="Programs that use it are refused from then on."
      sure="Revoke the key"
    />,
  ],
  [
    "Link",
    <p>
      <a href="/gallery">Open</a> ·{" "}
      <a class="is-hover" href="/gallery">
        hover
      </a>{" "}
      ·{" "}
      <a class="is-focus" href="/gallery">
        focus
      </a>
    </p>,
  ],
];

const input = (attributes: { id: string; name: string }, value = "", cls = "") => (
  <input class={`text ${cls}`} type="text" value={value} {...attributes} />
);

export const fieldStates: readonly State[] = [
  ["Normal", <Field name="g1" label="Serial number" control={(a) => input(a)} />],
  [
    "With a hint",
    <Field
      name="g2"
      label="Serial number"
      hint="As on the type plate"
      control={(a) => input(a, "KC-75-10467")}
    />,
  ],
  ["Focus", <Field name="g3" label="Serial number" control={(a) => input(a, "", "is-focus")} />],
  [
    "Error, what was typed stays",
    <Field
      name="g4"
      label="Serial number"
      hint="As on the type plate"
      error="There is a machine with this serial number already."
      control={(a) => input(a, "KC-75-10467")}
    />,
  ],
  [
    "Long value, long error",
    <Field name="g5" label={LONG_NAME} error={`${LONG_NAME}.`} control={(a) => input(a, LONG_NAME)} />,
  ],
  [
    "Disabled",
    <Field
      name="g6"
      label="Customer"
      hint="A site stays with its customer."
      control={(a) => <input class="text" value="Northwind Water" disabled {...a} />}
    />,
  ],
  [
    "Choice",
    <Field
      name="g7"
      label="Model"
      control={(attributes) => (
        <Select
          attributes={attributes}
          none="Choose"
          options={[
            { value: "a", label: "KC-75" },
            { value: "b", label: LONG_NAME },
          ]}
        />
      )}
    />,
  ],
  [
    "Text",
    <Field
      name="g8"
      label="Reply"
      control={(a) => (
        <textarea class="text" {...a}>
          They are full of dust.
        </textarea>
      )}
    />,
  ],
  [
    "Boxes and circles",
    <div>
      <label class="choice">
        <input type="checkbox" checked /> Internal
      </label>
      <label class="choice">
        <input type="radio" name="g9" checked /> To the customer
      </label>
      <label class="choice">
        <input type="radio" name="g9" /> Internal note
      </label>
    </div>,
  ],
  ["The form as a whole", <FormError text="E-mail and password do not match. 4 tries left." />],
];
