import { Failure } from "@millwright/shared/failure";
import { InvalidInput } from "../access/input.ts";

/** What a person typed, kept as typed, and what is wrong with it. */
export type FormState = {
  values: Record<string, string>;
  errors: Record<string, string>;
  form?: string | undefined;
};

export const EMPTY_FORM: FormState = { values: {}, errors: {} };

/** Text fields of a posted form; files and repeated names are not used by any of ours. */
export async function formValues(request: {
  formData(): Promise<FormData>;
}): Promise<Record<string, string>> {
  let data: FormData;
  try {
    data = await request.formData();
  } catch (cause) {
    throw new Failure("invalid", "The form did not arrive whole. Send it again.", { cause });
  }
  const values: Record<string, string> = {};
  for (const [name, value] of data) if (typeof value === "string") values[name] = value;
  return values;
}

/** Empty means not given. */
export const given = (text: string | undefined): string | undefined => (text?.trim() ? text : undefined);

/**
 * Does what the form asks. Input that is refused comes back as a form state, each field with its sentence;
 * anything else is thrown on.
 */
export async function attempt<T>(
  values: Record<string, string>,
  work: () => T | Promise<T>,
): Promise<{ ok: true; result: T } | { ok: false; state: FormState }> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    if (!(error instanceof Failure) || (error.code !== "invalid" && error.code !== "conflict")) throw error;
    const errors: Record<string, string> = {};
    if (error instanceof InvalidInput) {
      for (const { field, message } of error.errors) if (field) errors[field] = sentence(message);
    } else if (error.field) {
      errors[error.field] = sentence(error.message);
    }
    // A fault of a field that the form does not show would be silent.
    const shown = Object.keys(errors).some((field) => field in values);
    return { ok: false, state: { values, errors, form: shown ? undefined : sentence(error.message) } };
  }
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
