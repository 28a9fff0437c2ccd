/** What is typed for a project. Pure. */
import { SLUG } from "@steward/sdk";
import { say } from "../language.ts";

const { projects: words } = say.people;
const SLUG_CHARS_MAX = 40;

/** A short name for addresses out of what a person typed; empty when nothing of it is left. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, SLUG_CHARS_MAX)
    .replace(/-$/, "");
}

export const slugWrong = (slug: string): string | undefined => (SLUG.test(slug) ? undefined : say.newFlow.slugWrong);

/** Whether this browser knows the zone; the server has the last word. */
export function timeZoneWrong(timeZone: string): string | undefined {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat("en", { timeZone: timeZone.trim() }).resolvedOptions();
    return known === "" ? words.timeZoneWrong : undefined;
  } catch {
    return words.timeZoneWrong;
  }
}

export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zones to choose from by typing. */
export function timeZones(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}
