import { type Calendar, calendarOf } from "../policy/caps.ts";

/** Kept at most; making one costs a hundred times what asking it does. */
const HELD_MAX = 500;
const UTC = calendarOf("UTC");

/** Calendars by zone, held once they were made. */
export function createCalendars(): (timeZone: string) => Calendar {
  const held = new Map<string, Calendar>();
  return (timeZone) => {
    const known = held.get(timeZone);
    if (known) return known;
    const made = calendarOf(timeZone);
    if (held.size >= HELD_MAX) held.clear();
    held.set(timeZone, made);
    return made;
  };
}

/** Whose days a cap counts by: its project's; of the organization, which has many, those of UTC. */
export function calendarOfCap(cap: { readonly project: string | null }, ofProject: Calendar): Calendar {
  return cap.project === null ? UTC : ofProject;
}
