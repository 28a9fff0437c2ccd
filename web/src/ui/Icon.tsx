const PATHS = {
  flows: "M1.8 2h4.4v3.4H1.8zM9.8 5.3h4.4v3.4H9.8zM9.8 10.6h4.4V14H9.8zM4 5.4v6.9h5.8M4 7h5.8",
  agent: "M3 5.500h10v7.500h-10zM8 5.500v-3M6 8.500v1.200M10 8.500v1.200M1.500 8.500v2M14.500 8.500v2",
  runs: "M2.5 3.5h7M5.5 8h8M3.5 12.5h6",
  settings: "M2.5 5h6M12.5 5h1M2.5 11h1M7.5 11h6M10.5 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4M5.5 9a2 2 0 1 1 0 4 2 2 0 0 1 0-4",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.5 10.5l3 3",
  plus: "M8 3v10M3 8h10",
  chevron: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  sun: "M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5",
  system: "M2.5 3.5h11v7h-11zM6 13.5h4",
  keyboard: "M1.5 4.5h13v7h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.5h6",
  play: "M5 3.5l7.5 4.5L5 12.5z",
  pause: "M5.5 4v8M10.5 4v8",
  again: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3",
  stop: "M4.5 4.5h7v7h-7z",
  publish: "M8 10.5v-8M4.5 6L8 2.5 11.5 6M3 13.5h10",
  leave: "M9.5 2.5h-6v11h6M7 8h7M11.5 5.5L14 8l-2.5 2.5",
  person: "M8 2.5a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 0 1 0-5.5M2.8 13.8c.5-2.4 2.5-3.8 5.2-3.8s4.7 1.4 5.2 3.8",
  people:
    "M6 3a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8M1.5 13.3c.4-2.1 2.1-3.3 4.5-3.3s4.1 1.2 4.5 3.3M10.5 3.2a2.3 2.3 0 0 1 0 4.4M12 10.2c1.4.5 2.2 1.6 2.5 3.1",
  log: "M3.5 2.5h9v11h-9zM6 5.5h4M6 8h4M6 10.5h2.5",
  server: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  folder: "M1.800 12.800v-9.600h4.400l1.600 2h6.400v7.600z",
  file: "M3.500 1.800h5.500l3.500 3.500v8.900h-9zM9 1.800v3.500h3.500",
  table: "M2 3h12v10.500H2zM2 6.500h12M2 10h12M6.500 6.500v7",
  download: "M8 2.500v8M4.500 7L8 10.500 11.500 7M3 13.500h10",
  upload: "M8 10.500v-8M4.500 6L8 2.500 11.500 6M3 13.500h10",
  bin: "M3 4.500h10M6 4.500v-2h4v2M4.200 4.500l.6 9h6.400l.6-9M6.800 7v4M9.200 7v4",
  grant: "M8 1.8l5 2v4c0 3-2 5.200-5 6.400-3-1.200-5-3.400-5-6.400v-4zM5.800 7.900l1.600 1.600 2.900-3.100",
  budget: "M2.500 13.500v-4M6.200 13.500v-7M9.800 13.500v-9M13.500 13.500v-11",
  approval: "M2.500 3h11v8h-6l-3 2.500v-2.500h-2zM5.800 7l1.600 1.600 3-3.200",
  plug: "M5.500 1.800v3.200M10.500 1.800v3.200M3.800 5h8.400v2.500a4.200 4.200 0 0 1-8.400 0zM8 11.700v2.500",
  warning: "M8 2.5l6 11H2zM8 6.5v3M8 11.5h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** A 16 px line icon; decoration only, its meaning stands beside it in words or in the control's label. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  const heavy = name === "more";
  return (
    <svg viewBox="0 0 16 16" aria-hidden className={`size-4 shrink-0 ${className}`} fill="none" stroke="currentColor">
      <path d={PATHS[name]} strokeWidth={heavy ? 2 : 1.4} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
