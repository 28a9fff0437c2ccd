import { numberOf, textOf } from "./coerce.ts";
import { parseDate } from "./date-parse.ts";
import { formatDate } from "./format.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Method, Plain } from "./method.ts";
import { isoText, validMs } from "./to-json.ts";
import { Instant, isInstant, isObject, type Value } from "./value.ts";

const PARTS = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"] as const;

/**
 * The methods of `new Date(x)`, as ECMA-262 §21.4.4 has them, in UTC: an expression does not know the
 * zone of the machine. Those that change a date are not there.
 */
export const DATE_METHODS: ReadonlyMap<string, Method<Instant>> = new Map<string, Method<Instant>>([
  ...PARTS.flatMap((part): [string, Method<Instant>][] => {
    const read: Method<Instant> = (_, self) => new Date(Instant.ms(self))[`getUTC${part}`]();
    return [
      [`get${part}`, read],
      [`getUTC${part}`, read],
    ];
  }),
  ["getTime", (_, self) => Instant.ms(self)],
  ["getTimezoneOffset", (_, self) => (Number.isNaN(Instant.ms(self)) ? NaN : 0)],
  ["toISOString", toISOString],
  ["toJSON", (_, self) => isoText(self)],
  ["toLocaleDateString", (m, self, args) => formatDate(m, self, args[0], args[1], "date")],
  ["toLocaleString", (m, self, args) => formatDate(m, self, args[0], args[1], "all")],
  ["toLocaleTimeString", (m, self, args) => formatDate(m, self, args[0], args[1], "time")],
  ["valueOf", (_, self) => Instant.ms(self)],
]);

/** `Date.…`: there is no `Date.now`, an expression gives the same whenever it is evaluated. */
export const DATE_FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ["Date.UTC", (m, args) => (args.length === 0 ? NaN : partsMs(m, args))],
  ["Date.format", dateFormat],
  ["Date.parse", (m, args) => parseDate(textOf(m, args[0]))],
]);

/** `new Date(x)`: from milliseconds, ISO or header text, another date, or the parts in UTC. */
export function makeDate(machine: Machine, args: Arguments): Instant {
  if (args.length === 0) throw new Failure("new Date() would read the clock; use run.startedAt");
  if (args.length > 1) return new Instant(partsMs(machine, args));
  return instantOf(machine, args[0]);
}

function instantOf(machine: Machine, value: Value): Instant {
  if (isInstant(value)) return value;
  return new Instant(typeof value === "string" ? parseDate(value) : numberOf(machine, value));
}

/** `Date.format(date, { timeZone, locale, … })`: any date's text, for one given as text or milliseconds too. */
function dateFormat(machine: Machine, args: Arguments): string {
  const options = args[1];
  const locale = isObject(options) && Object.hasOwn(options, "locale") ? options["locale"] : "en-GB";
  return formatDate(machine, instantOf(machine, args[0]), locale, options, "all");
}

function toISOString(_: Machine, self: Instant): string {
  return new Date(validMs(self)).toISOString();
}

function partsMs(machine: Machine, args: Arguments): number {
  const parts: number[] = [];
  for (let index = 0; index < Math.min(7, args.length); index++) parts[index] = numberOf(machine, args[index]);
  return Date.UTC(
    parts[0] ?? NaN,
    parts[1] ?? 0,
    parts[2] ?? 1,
    parts[3] ?? 0,
    parts[4] ?? 0,
    parts[5] ?? 0,
    parts[6] ?? 0,
  );
}
