import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { Brand, ICON_NAMES, Icon } from "../../views/icons.tsx";
import { ASSET_STATES, AssetSign, Glyph, PriorityMark, TicketSign } from "../../views/status.tsx";
import { LONG_NAME } from "../canned.ts";
import type { State } from "../groups.tsx";

export const signStates: readonly State[] = [
  [
    "A machine's state, worst first",
    <ul>
      {ASSET_STATES.map((state) => (
        <li>
          <AssetSign state={state} />
        </li>
      ))}
    </ul>,
  ],
  ["With a note", <AssetSign state="unknown" note="since 13:58" />],
  ["With a long note", <AssetSign state="failure" note={LONG_NAME} />],
  [
    "The shape alone",
    <p>
      {ASSET_STATES.map((state) => (
        <Glyph state={state} label={state} />
      ))}
    </p>,
  ],
  [
    "Alarm priority",
    <p class="name">
      {([1, 2, 3, 4] as const).map((priority) => (
        <PriorityMark priority={priority} />
      ))}
    </p>,
  ],
  [
    "A ticket's stage",
    <ul>
      {TICKET_STATES.map((state) => (
        <li>
          <TicketSign state={state} forCustomer={false} />
        </li>
      ))}
    </ul>,
  ],
  ["A ticket's stage, as the customer reads it", <TicketSign state="waiting-customer" forCustomer />],
  [
    "Icons",
    <ul>
      {ICON_NAMES.map((name) => (
        <li class="name">
          <Icon name={name} /> {name}
        </li>
      ))}
    </ul>,
  ],
  ["The mark", <Brand />],
];
