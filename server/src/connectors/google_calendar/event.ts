/** An event as Google gives it, and times as people write them. */
import { z } from "zod";

export const EVENTS_SCOPE = "https://www.googleapis.com/auth/calendar.events";
export const EVENTS_READ_SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly";

const Moment = z.object({
  date: z.string().optional(),
  dateTime: z.string().optional(),
  timeZone: z.string().optional(),
});
const Someone = z.object({ email: z.string().optional(), displayName: z.string().optional() });

/** Of a cancelled event Google may tell no more than its id and status. */
export const Event = z.object({
  id: z.string(),
  status: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  start: Moment.optional(),
  end: Moment.optional(),
  htmlLink: z.string().optional(),
  hangoutLink: z.string().optional(),
  organizer: Someone.optional(),
  creator: Someone.optional(),
  attendees: z
    .array(Someone.extend({ responseStatus: z.string().optional(), optional: z.boolean().optional() }))
    .optional(),
  recurrence: z.array(z.string()).optional(),
  recurringEventId: z.string().optional(),
  created: z.string().optional(),
  updated: z.string().optional(),
});

export const SAMPLE: z.output<typeof Event> = {
  id: "s72756e5f31",
  status: "confirmed",
  summary: "Talk about the basket",
  start: { dateTime: "2026-11-24T10:00:00+01:00", timeZone: "Europe/Berlin" },
  end: { dateTime: "2026-11-24T10:30:00+01:00", timeZone: "Europe/Berlin" },
  htmlLink: "https://www.google.com/calendar/event?eid=czcy",
  organizer: { email: "ada@example.com" },
  creator: { email: "ada@example.com" },
  attendees: [{ email: "ann@example.com", responseStatus: "needsAction" }],
  created: "2026-11-21T09:30:00.000Z",
  updated: "2026-11-21T09:30:00.412Z",
};

export const CalendarId = z
  .string()
  .min(1)
  .max(254)
  .default("primary")
  .describe("A calendar's id; primary is one's own.");
export const EventId = z
  .string()
  .regex(/^[A-Za-z0-9_@.-]{1,1024}$/, "use an event's id")
  .describe("The event's id.");

/** A day, or a time; a time without an offset is in the time zone that is given. */
export const When = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
  error: "use 2026-11-24 or 2026-11-24T10:00:00+01:00",
});
export const TimeZone = z.string().regex(/^[A-Za-z0-9_+/-]{1,60}$/, "use a time zone such as Europe/Berlin");

/** A time needs an offset or a time zone, and a day has no end at a time. */
export function timesFit(times: {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly timeZone?: string | undefined;
}): boolean {
  const given = [times.start, times.end].filter((time) => time !== undefined);
  const days = given.filter((time) => time.length === 10).length;
  const placed = given.every(
    (time) => time.length === 10 || /(?:Z|[+-]\d{2}:\d{2})$/.test(time) || times.timeZone !== undefined,
  );
  return placed && (days === 0 || days === given.length);
}
export const TIMES_MISFIT = "give two days, or two times with an offset or a timeZone";

/** As the API takes it. */
export function momentOf(time: string, timeZone: string | undefined): Record<string, string> {
  if (time.length === 10) return { date: time };
  return timeZone === undefined ? { dateTime: time } : { dateTime: time, timeZone };
}
