import { textOf } from "./coerce.ts";
import { Failure, type Machine } from "./machine.ts";
import { validMs } from "./to-json.ts";
import { isObject, type Instant, type Value } from "./value.ts";

type Options = { [name: string]: string | number | boolean };

const DATE_OPTIONS = [
  "timeZone", "dateStyle", "timeStyle", "weekday", "era", "year", "month", "day", "dayPeriod", "hour", "minute",
  "second", "fractionalSecondDigits", "timeZoneName", "hour12", "hourCycle",
]; // prettier-ignore
const NUMBER_OPTIONS = [
  "style", "currency", "currencyDisplay", "currencySign", "unit", "unitDisplay", "notation", "compactDisplay",
  "signDisplay", "useGrouping", "minimumIntegerDigits", "minimumFractionDigits", "maximumFractionDigits",
  "minimumSignificantDigits", "maximumSignificantDigits",
]; // prettier-ignore

/** Steps for making a formatter (50 to 100 µs) and for using one (1 to 2 µs). */
const MAKING_STEPS = 2000;
const USING_STEPS = 40;

/** The text of a date for people; the language and `timeZone` must be given, so that no machine's own are used. */
export function formatDate(
  machine: Machine,
  instant: Instant,
  locale: Value,
  options: Value,
  parts: "date" | "time" | "all",
): string {
  const ms = validMs(instant);
  const tag = language(machine, locale);
  const chosen = pick(options, DATE_OPTIONS);
  if (typeof chosen["timeZone"] !== "string") throw new Failure('give the time zone: { timeZone: "Europe/Berlin" }');
  const formatter = cached(machine, DATES, `${tag} ${parts} ${JSON.stringify(chosen)}`, () => {
    return new Intl.DateTimeFormat(tag, withParts(chosen, parts));
  });
  return formatter.format(ms);
}

/** The text of a number for people; the language must be given. */
export function formatNumber(machine: Machine, number: number, locale: Value, options: Value): string {
  const tag = language(machine, locale);
  const chosen = pick(options, NUMBER_OPTIONS);
  const formatter = cached(machine, NUMBERS, `${tag} ${JSON.stringify(chosen)}`, () => {
    return new Intl.NumberFormat(tag, chosen);
  });
  return formatter.format(number);
}

function language(machine: Machine, locale: Value): string {
  if (locale === undefined) throw new Failure('give the language first: toLocaleString("en-GB", …)');
  const text = textOf(machine, locale);
  if (text.length > 64) throw new Failure("a language is a tag such as en-GB");
  return text;
}

/** The known options only, each a plain value; what Intl reads is an object without a prototype. */
function pick(options: Value, known: readonly string[]): Options {
  const chosen: Options = Object.create(null);
  if (!isObject(options)) return chosen;
  for (let index = 0; index < known.length; index++) {
    const name = known[index]!;
    const value = Object.hasOwn(options, name) ? options[name] : undefined;
    if (value === undefined) continue;
    if (value === null || typeof value === "object")
      throw new Failure(`the option ${name} is text, a number, true or false`);
    if (typeof value === "string" && value.length > 64) throw new Failure(`the option ${name} is too long`);
    chosen[name] = value;
  }
  return chosen;
}

const DATE_FIELDS = ["weekday", "year", "month", "day", "dateStyle", "timeStyle"];
const TIME_FIELDS = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits", "dateStyle", "timeStyle"];
const DATE_DEFAULTS = ["year", "month", "day"];
const TIME_DEFAULTS = ["hour", "minute", "second"];

/** What is shown when nothing is asked for (ECMA-402, CreateDateTimeFormat's `required` and `defaults`). */
function withParts(chosen: Options, parts: "date" | "time" | "all"): Options {
  const asked = (fields: readonly string[]) => fields.some((field) => Object.hasOwn(chosen, field));
  const wanted = (parts !== "time" && asked(DATE_FIELDS)) || (parts !== "date" && asked(TIME_FIELDS));
  if (wanted) return chosen;
  const added: Options = Object.assign(Object.create(null), chosen);
  if (parts !== "time") for (const field of DATE_DEFAULTS) added[field] = "numeric";
  if (parts !== "date") for (const field of TIME_DEFAULTS) added[field] = "numeric";
  return added;
}

const CACHED_MAX = 64;
const DATES = new Map<string, Intl.DateTimeFormat>();
const NUMBERS = new Map<string, Intl.NumberFormat>();

/** A formatter by what it was made of, never by whose; the oldest leaves when there are 64. */
function cached<Formatter>(
  machine: Machine,
  cache: Map<string, Formatter>,
  key: string,
  make: () => Formatter,
): Formatter {
  machine.spend(USING_STEPS);
  machine.makeText(256);
  const known = cache.get(key);
  if (known !== undefined) return known;
  machine.spend(MAKING_STEPS);
  let made: Formatter;
  try {
    made = make();
  } catch {
    throw new Failure("this language, time zone or option is not known; see Intl.DateTimeFormat and Intl.NumberFormat");
  }
  if (cache.size >= CACHED_MAX) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}
