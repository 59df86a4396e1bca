/** Our own small icon set: 16 px, 1.5 px stroke, always beside a word. */
const PATHS = {
  home: "M2.5 7L8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z",
  fleet: "M2 4h12M2 8h12M2 12h12",
  alarms: "M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.8 14.2h2.4",
  tickets: "M2 4.5h12v2a1.5 1.5 0 0 0 0 3v2H2v-2a1.5 1.5 0 0 0 0-3zM9.5 4.5v7",
  customers:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3a2.3 2.3 0 0 1 0 4.2M12 10c1.6.5 2.5 1.8 2.5 3.5",
  person: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM3 13.5c.3-2.5 2.3-4 5-4s4.7 1.5 5 4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  device: "M4 4.5h8v7H4zM6 2v2.5M10 2v2.5M6 11.5V14M10 11.5V14M2 6.5h2M2 9.5h2M12 6.5h2M12 9.5h2",
  rejected: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4",
  model: "M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.5 4.8L8 8l5.5-3.2M8 8v6.2",
  key: "M6.5 9.5a3.5 3.5 0 1 0-1-1l-3.5 3.5v2h2.5v-1.5H6V11h1.5zM10.2 5.8h.01",
  audit: "M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.5 8h5M5.5 10.5h5",
  theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12",
  out: "M6 2.5H2.5v11H6M10.5 5l3 3-3 3M13.5 8H6",
} as const;

export type IconName = keyof typeof PATHS;
export const ICON_NAMES = Object.keys(PATHS) as IconName[];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="9" fill="none" stroke="currentColor" stroke-width="1.8" />
        <path
          d="M10 1c3 2 3.6 4.6 2.4 6.6M19 10c-2 3-4.6 3.6-6.6 2.4M10 19c-3-2-3.6-4.6-2.4-6.6M1 10c2-3 4.6-3.6 6.6-2.4"
          fill="none"
          stroke="currentColor"
          stroke-width="1.8"
        />
        <rect x="7.6" y="7.6" width="4.8" height="4.8" fill="currentColor" />
      </svg>
      <span>Millwright</span>
    </span>
  );
}
