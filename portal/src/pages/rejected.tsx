import type { RejectedMessage } from "@millwright/shared/telemetry/read-api";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { rejectedColumns } from "../export/columns.ts";
import { listFile, wantsCsv } from "../export/list-file.ts";
import { paths } from "../paths.ts";
import { listDevices } from "../read/devices.ts";
import type { DeviceRow } from "../read/rows.ts";
import { CsvLink } from "../views/csv-link.tsx";
import { Page, type View } from "../views/layout.tsx";
import { formatNumber } from "../views/number.ts";
import { Empty, TelemetryDown } from "../views/parts.tsx";
import { exact } from "../views/time.ts";
import { readablePayload } from "./payload.ts";
import { answer, everyRow, viewOf } from "./view-of.ts";

const PER_PAGE = 50;
const CSV_PAGE = 500;

/** Messages that could not be understood: acknowledged, kept with their reason, and shown here. */
export function rejectedPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/rejected-messages", async (c) => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "read rejected messages");
    const device = c.req.query("device") || undefined;
    const before = Number(c.req.query("before"));
    const list = (beforeId: number, limit: number) =>
      deps.telemetry.rejected({
        ...(device ? { devices: [device] } : {}),
        ...(Number.isInteger(beforeId) && beforeId > 0 ? { before: beforeId } : {}),
        limit,
      });
    const devices = new Map(
      everyRow((query) => listDevices(deps.db, view.viewer, query)).map((d) => [d.id, d]),
    );
    if (wantsCsv(c)) {
      return listFile(c, "rejected-messages", rejectedColumns(devices), async (cursor) => {
        const items = await list(Number(cursor ?? 0), CSV_PAGE);
        return { items, next: items.length < CSV_PAGE ? undefined : String(items.at(-1)!.id) };
      });
    }
    const messages = await answer(deps, list(before, PER_PAGE));
    return c.html(
      <Rejected
        view={view}
        messages={messages}
        devices={devices}
        device={device}
        paged={Number.isInteger(before) && before > 0}
      />,
    );
  });
}

function Rejected(props: {
  view: View;
  messages: RejectedMessage[] | null;
  devices: Map<string, DeviceRow>;
  device: string | undefined;
  /** Not the newest page. */
  paged: boolean;
}) {
  const { view, messages, devices, device } = props;
  return (
    <Page view={view} title="Rejected messages">
      <div class="top">
        <div class="lead">
          <h1>Rejected messages</h1>
          <p>
            Received and acknowledged, but not understood. Newest first
            {device ? (
              <>
                , of {devices.get(device)?.name ?? device} · <a href={paths.rejected()}>of all devices</a>
              </>
            ) : null}
            .
          </p>
        </div>
        <div class="acts">
          <CsvLink view={view} />
        </div>
      </div>
      {messages ? null : <TelemetryDown />}
      {messages ? (
        <section class="pan" aria-label="Rejected messages">
          {messages.length ? (
            <table class="stack">
              <caption class="vh">Rejected messages, newest first</caption>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">Device</th>
                  <th scope="col">Reason</th>
                  <th scope="col">Topic</th>
                  <th scope="col">Payload</th>
                </tr>
              </thead>
              <tbody>
                {messages.map((message) => (
                  <tr>
                    <td class="nw">
                      <time datetime={new Date(message.receivedAt).toISOString()}>
                        {exact(message.receivedAt, view.zone)}
                      </time>
                    </td>
                    <td>
                      {devices.has(message.deviceId) ? (
                        <a href={paths.device(message.deviceId)}>{devices.get(message.deviceId)!.name}</a>
                      ) : (
                        <span class="m">{message.deviceId}</span>
                      )}
                    </td>
                    <td class="full reason">{reasonWords(message.reason)}</td>
                    <td class="m full topic">{message.topic}</td>
                    <td class="full">
                      <Payload message={message} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <Empty>
              <p>
                {props.paged
                  ? "There are no earlier ones."
                  : "Every message has been understood. What cannot be read is kept here with its reason."}
              </p>
            </Empty>
          )}
          {props.paged || messages.length === PER_PAGE ? (
            <p class="more">
              {props.paged ? <a href={paths.rejected({ device })}>Newest messages</a> : null}{" "}
              {messages.length === PER_PAGE ? (
                <a href={paths.rejected({ device, before: messages.at(-1)!.id })}>Earlier messages</a>
              ) : null}
            </p>
          ) : null}
        </section>
      ) : null}
    </Page>
  );
}

/** ingest's reasons (ingest/src/decode/reason.ts) as people say them; what was refused stands behind the colon. */
const REASON_WORDS: Record<string, string> = {
  "invalid-json": "Not JSON",
  "not-an-object": "Neither an object nor a list of them",
  "no-values": "No value in it",
  "value-not-a-number": "Not a number",
  "bad-tag": "Not a tag's name",
  "bad-timestamp": "Not a time in milliseconds",
  "too-deep": "Nested too deep",
  "too-large": "Too large",
  "too-many-tags": "Too many tags",
  "unknown-device": "Nobody registered this device",
  "unknown-child": "Nobody registered this device behind the gateway",
  "unknown-topic": "Nothing is expected on this topic",
  "unreadable-record": "Could not be read back",
};

function reasonWords(reason: string): string {
  const [code = "", ...what] = reason.split(": ");
  const words = REASON_WORDS[code];
  return words ? [words, ...what].join(": ") : reason;
}

/** One line of it; the rest opens in place. */
function Payload({ message }: { message: RejectedMessage }) {
  const { text, preview, binary } = readablePayload(message.payload);
  const size = `${formatNumber(message.payloadBytes, 0)} bytes${binary ? ", binary" : ""}`;
  const isWhole = text === preview;
  return (
    <>
      {isWhole ? (
        <div class="payload">{text}</div>
      ) : (
        <details>
          <summary>
            <span class="payload">{preview} …</span>
          </summary>
          <div class="payload">{text}</div>
        </details>
      )}
      <span class="sm dim">{size}</span>
    </>
  );
}
