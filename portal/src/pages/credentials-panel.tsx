import { OVERLAP_MS } from "../fleet/replace-credential.ts";
import { paths } from "../paths.ts";
import type { CredentialRow, DeviceRow } from "../read/rows.ts";
import { EndTime } from "../views/end-time.tsx";
import type { View } from "../views/layout.tsx";
import { count } from "../views/number.ts";
import { Ago, Field, FormError, Panel, Select, Time } from "../views/parts.tsx";
import { orDim, Table, Twice } from "../views/table.tsx";
import type { FormState } from "./form.ts";

const DAY_MS = 86_400_000;
const USUAL_DAYS = String(OVERLAP_MS / DAY_MS);

const KIND_WORDS = { token: "Token", secret: "Id and secret", certificate: "Certificate" } as const;

const isOver = (row: CredentialRow, now: number) =>
  row.endedAt !== null || (row.endsAt !== null && row.endsAt <= now);

/** Replaced, and the device is connected with it: on that day it would fall silent. */
const isStillOld = (row: CredentialRow, now: number) =>
  !isOver(row, now) && row.endsAt !== null && (row.connections ?? 0) > 0;

/** Says so as long as a person can still do something about it. */
export function StillOldNote(props: {
  view: View;
  device: DeviceRow;
  credentials: readonly CredentialRow[];
}) {
  const { view, device } = props;
  const old = props.credentials.find((row) => isStillOld(row, view.now));
  if (!old?.endsAt) return null;
  return (
    <p class="strip-note" role="status">
      <b>
        {device.name} still signs in with the old {old.kind}; it ends{" "}
        <EndTime at={old.endsAt} reading={view} />.
      </b>
      <span class="mut">Give it the new one before, or it falls silent.</span>
    </p>
  );
}

/** What it signs in with, since when, until when and whether it does; and the way to replace it. */
export function CredentialsPanel(props: {
  view: View;
  device: DeviceRow;
  credentials: readonly CredentialRow[];
  state: FormState;
}) {
  const { view, device, credentials, state } = props;
  const live = credentials.filter((row) => !isOver(row, view.now)).length;
  return (
    <Panel id="credentials" title="Credentials" aside={`${count(live, "works", "work")}`}>
      <Table
        caption={`Credentials of ${device.name}, newest first`}
        columns={["Kind", "Made", "Last used", "Until", { label: "End it", quiet: true }]}
      >
        {credentials.map((row) => (
          <Line row={row} view={view} device={device} />
        ))}
      </Table>
      {device.revokedAt ? null : <Replace device={device} state={state} />}
    </Panel>
  );
}

function Line({ row, view, device }: { row: CredentialRow; view: View; device: DeviceRow }) {
  const over = isOver(row, view.now);
  return (
    <tr>
      <th scope="row" class="full">
        {KIND_WORDS[row.kind]}
        {row.kind === "certificate" ? (
          <div class="sm dim m ell" title={row.fingerprint ?? undefined}>
            {row.fingerprint ? `${row.fingerprint.slice(0, 16)}…` : "any of the CA that names it"}
          </div>
        ) : null}
        {row.username && row.username !== device.id ? <div class="sm dim m">{row.username}</div> : null}
      </th>
      <td data-l="Made">
        <Time at={row.createdAt} reading={view} />
      </td>
      <td data-l="Last used">
        <LastUsed row={row} view={view} />
      </td>
      <td data-l="Until">
        <Until row={row} view={view} />
      </td>
      <td class="num full">
        {over ? null : (
          <Twice
            verb="End"
            of={`this ${row.kind}`}
            action={paths.endCredential(device.id, row.id)}
            effect="Its connections are closed."
            sure="End it now"
          />
        )}
      </td>
    </tr>
  );
}

function LastUsed({ row, view }: { row: CredentialRow; view: View }) {
  if (row.connections === null) return <span class="dim">no data</span>;
  if (row.connections > 0) return <b>now</b>;
  return orDim(row.lastUsedAt === null ? null : <Ago at={row.lastUsedAt} reading={view} />, "never");
}

function Until({ row, view }: { row: CredentialRow; view: View }) {
  if (row.endedAt !== null)
    return (
      <span class="mut">
        ended <EndTime at={row.endedAt} reading={view} />
      </span>
    );
  if (row.endsAt === null) return <span class="dim">no end</span>;
  return (
    <span class={row.endsAt <= view.now ? "mut" : undefined}>
      {row.endsAt <= view.now ? "ended " : ""}
      <EndTime at={row.endsAt} reading={view} />
    </span>
  );
}

function Replace({ device, state }: { device: DeviceRow; state: FormState }) {
  const { values, errors } = state;
  const failed = state.form !== undefined || Object.keys(errors).length > 0;
  return (
    <details class="fold" open={failed}>
      <summary>Replace the credential</summary>
      <form class="in form" method="post" action={paths.deviceCredentials(device.id)}>
        <FormError text={state.form} />
        <Field
          name="kind"
          label="New credential"
          error={errors.kind}
          control={(attributes) => (
            <Select
              attributes={{ ...attributes, "data-reveal": "" }}
              value={values.kind ?? "token"}
              options={[
                { value: "token", label: "Access token, as the user name" },
                { value: "secret", label: "Device id and secret, as user name and password" },
                { value: "certificate", label: "Certificate of your CA, known by its fingerprint" },
              ]}
            />
          )}
        />
        <div data-when="certificate">
          <Field
            name="certificate"
            label="Certificate"
            hint="PEM, or its SHA-256 fingerprint. The private key stays on the device."
            error={errors.certificate}
            control={(attributes) => (
              <textarea class="text m" rows={4} {...attributes}>
                {values.certificate ?? ""}
              </textarea>
            )}
          />
        </div>
        <Field
          name="overlapDays"
          label="The one it has works"
          error={errors.oldUntil}
          control={(attributes) => (
            <Select
              attributes={attributes}
              value={values.overlapDays ?? USUAL_DAYS}
              options={[
                { value: "1", label: "one more day" },
                { value: USUAL_DAYS, label: `${USUAL_DAYS} more days` },
                { value: "30", label: "30 more days" },
                { value: "0", label: "no longer: end it now" },
              ]}
            />
          )}
        />
        <div class="acts">
          <button class="btn" type="submit" data-busy="Replacing it…">
            Replace
          </button>
        </div>
      </form>
    </details>
  );
}
