/**
 * Milliseconds of a date's text, NaN when it is none. Read are the format of ECMA-262 §21.4.1.32
 * (ISO 8601) and that of mail and HTTP headers (RFC 5322, RFC 9110). A time without a zone is UTC:
 * an expression gives the same on every machine.
 */
export function parseDate(text: string): number {
  if (text.length > LONGEST) return NaN;
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso !== null) return isoMs(iso);
  const mail = MAIL.exec(trimmed);
  return mail === null ? NaN : mailMs(mail);
}

const LONGEST = 64;
const ISO =
  /^(\d{4}|[+-]\d{6})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/;
const MAIL = /^(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (GMT|UTC|UT|Z|[+-]\d{4})$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

function isoMs(match: RegExpExecArray): number {
  if (match[1] === "-000000") return NaN;
  const fraction = Math.trunc(Number(`0.${match[7] ?? "0"}`) * 1000);
  return timeOf(
    [match[1], match[2] ?? 1, match[3] ?? 1, match[4] ?? 0, match[5] ?? 0, match[6] ?? 0].map(Number),
    fraction,
    match[8],
  );
}

function mailMs(match: RegExpExecArray): number {
  const month = MONTHS.indexOf(String(match[2]).toLowerCase()) + 1;
  const time = [Number(match[3]), month, Number(match[1]), Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  return timeOf(time, 0, match[7]);
}

/** `parts` are year, month from 1, day, hour, minute, second. */
function timeOf(parts: readonly number[], fraction: number, zone: string | undefined): number {
  const [year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN] = parts;
  const midnight = hour === 24 && minute === 0 && second === 0 && fraction === 0;
  if (month < 1 || month > 12 || day < 1 || (hour > 23 && !midnight) || minute > 59 || second > 59) return NaN;
  // Date.UTC takes years 0 to 99 for the 1900s; the year is set by itself instead.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return NaN;
  const ms = date.setUTCHours(hour, minute, second, fraction) - zoneMs(zone);
  return Math.abs(ms) <= 8.64e15 ? ms : NaN;
}

function zoneMs(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "");
  if (match === null) return 0;
  const [hours, minutes] = [Number(match[2]), Number(match[3])];
  return hours > 23 || minutes > 59 ? NaN : (match[1] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
