/** Amounts in words: durations, sizes, counts and times, short and exact enough. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4 ms`, `12 ms`, `1.2 s`, `1 min 5 s`, `2 h 3 min`, `3 d 4 h`: two units at most. */
export function durationWords(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1) return span === 0 ? "0 ms" : "<1 ms";
  if (span < SECOND) return `${Math.min(999, Math.round(span))} ms`;
  if (span < 10 * SECOND) return `${trimmed(Math.floor(span / 10) / 100)} s`;
  if (span < MINUTE) return `${trimmed(Math.floor(span / 100) / 10)} s`;
  if (span < HOUR) return two(span, MINUTE, "min", SECOND, "s");
  if (span < DAY) return two(span, HOUR, "h", MINUTE, "min");
  return two(span, DAY, "d", HOUR, "h");
}

/** How far `at` is from `now`: `just now`, `20 s ago`, `5 min ago`, `in 3 h`, `12 d ago`; a date beyond 30 days. */
export function relativeWords(at: number, now: number): string {
  const distance = now - at;
  const span = Math.abs(distance);
  if (span < 5 * SECOND) return "just now";
  if (span >= 30 * DAY) return dateWords(at);
  const words = coarse(span);
  return distance > 0 ? `${words} ago` : `in ${words}`;
}

/** `21 Dec 2026`, as the person writes dates. */
export function dateWords(at: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(at);
}

/** `2026-11-21 10:42:07.123 Europe/Rome`: the exact time in the person's own zone. */
export function exactWords(at: number, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
    timeZone,
  });
  const of = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  const zone = parts.resolvedOptions().timeZone;
  return `${of["year"]}-${of["month"]}-${of["day"]} ${of["hour"]}:${of["minute"]}:${of["second"]}.${of["fractionalSecond"]} ${zone}`;
}

/** `10:42` on the same day, `21 Nov, 10:42` on another. */
export function clockWords(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  if (sameDay) return clock;
  return `${new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }).format(at)}, ${clock}`;
}

/** `912 B`, `14.2 kB`, `3 MB`, in powers of 1000. */
export function bytesWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : trimmed(Math.round(amount * 10) / 10)} ${units[unit]}`;
}

/** `1,204`; with `more`, `more than 1,204`. */
export function countWords(count: number, more = false): string {
  const exact = new Intl.NumberFormat("en").format(count);
  return more ? `more than ${exact}` : exact;
}

function two(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  const head = `${Math.floor(span / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

function coarse(span: number): string {
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} d`;
}

function trimmed(value: number): string {
  return String(value);
}

/** A count with its noun: 1 run, 2,000 runs. */
export function some(count: number, one: string, many: string): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}
