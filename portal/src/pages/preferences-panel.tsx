import { paths } from "../paths.ts";
import type { Preferences } from "../read/preferences.ts";
import type { View } from "../views/layout.tsx";
import { LOCALES } from "../views/locale.ts";
import { formatNumber } from "../views/number.ts";
import { Field, FormError, Panel, Select } from "../views/parts.tsx";
import { full } from "../views/time.ts";
import type { FormState } from "./form.ts";
import { timeZones } from "./time-zones.ts";

/** How numbers, dates and lists are shown to this person. */
export function PreferencesPanel(props: { view: View; kept: Preferences; state: FormState }) {
  const { view, kept, state } = props;
  const value = (name: "locale" | "timeZone" | "density") => state.values[name] ?? kept[name] ?? "";
  return (
    <Panel
      id="reading"
      title="How you read"
      aside={`${formatNumber(1234.5, 1)} · ${full(view.now, view.zone)}`}
    >
      <form class="in form" method="post" action={paths.preferences()}>
        <FormError text={state.form} />
        <Field
          name="locale"
          label="Numbers and dates"
          hint="The words stay English."
          error={state.errors.locale}
          control={(attributes) => (
            <Select
              attributes={attributes}
              none="As my browser says"
              value={value("locale")}
              options={LOCALES.map(([locale, label]) => ({ value: locale, label }))}
            />
          )}
        />
        <Field
          name="timeZone"
          label="Time zone"
          hint="Times of a machine can also be shown in its site's zone."
          error={state.errors.timeZone}
          control={(attributes) => (
            <Select
              attributes={attributes}
              none="As my browser says"
              value={value("timeZone")}
              options={timeZones().map((zone) => ({ value: zone, label: zone }))}
            />
          )}
        />
        <Field
          name="density"
          label="Lists"
          error={state.errors.density}
          control={(attributes) => (
            <Select
              attributes={attributes}
              none="As usual on my pages"
              value={value("density")}
              options={[
                { value: "compact", label: "Compact" },
                { value: "normal", label: "Roomy" },
              ]}
            />
          )}
        />
        <label class="choice">
          <input type="checkbox" name="singleKeys" value="on" checked={kept.singleKeys} />
          Single keys such as / and g a do something
        </label>
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            Save
          </button>
        </div>
      </form>
    </Panel>
  );
}
