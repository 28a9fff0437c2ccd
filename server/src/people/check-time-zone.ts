import { invalidField } from "./refusals.ts";

/** Throws `value_invalid` for what is no zone of the IANA database; offsets such as `+01:00` know no summer time and are none. */
export function checkTimeZone(timeZone: string): void {
  if (/^[A-Za-z]/.test(timeZone)) {
    try {
      new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions();
      return;
    } catch {
      // Said below.
    }
  }
  throw invalidField("timeZone", "this is no time zone: write one such as Europe/Zurich or UTC");
}
