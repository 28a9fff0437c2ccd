import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import {
  CalendarId,
  Event,
  EventId,
  EVENTS_SCOPE,
  momentOf,
  SAMPLE,
  TIMES_MISFIT,
  timesFit,
  TimeZone,
  When,
} from "./event.ts";

const Told = z
  .enum(["all", "externalOnly", "none"])
  .default("all")
  .describe("Whom Google writes to of those invited; externalOnly are those without a Google calendar.");
const Details = {
  description: z.string().max(8192).optional().describe("What it is about; may be HTML."),
  location: z.string().max(1024).optional().describe("Where it is."),
  timeZone: TimeZone.optional().describe("Of start and end; needed by times without an offset and by a series."),
  attendees: z.array(z.email().max(254)).max(200).optional().describe("Mail addresses of all who are invited."),
  recurrence: z
    .array(
      z.string().regex(/^(?:RRULE|EXRULE|RDATE|EXDATE)[:;][\x20-\x7e]{1,500}$/, "use a line such as RRULE:FREQ=WEEKLY"),
    )
    .max(10)
    .optional()
    .describe("Lines of RFC 5545 that make it a series."),
  visibility: z.enum(["default", "public", "private", "confidential"]).optional().describe("Who may see it."),
  transparency: z.enum(["opaque", "transparent"]).optional().describe("Whether it makes one busy: opaque does."),
};

interface Times {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly attendees?: string[] | undefined;
}

/** The fields that the API has in another form than people write them. */
function formed({ start, end, timeZone, attendees }: Times) {
  return {
    start: start === undefined ? undefined : momentOf(start, timeZone),
    end: end === undefined ? undefined : momentOf(end, timeZone),
    attendees: attendees?.map((email) => ({ email })),
  };
}

/** Letters a to v and digits, as an event's id has them. */
function eventIdOf(key: string): string {
  return `s${Buffer.from(key).toString("hex")}`.slice(0, 1024);
}

/** Its id is made of the effect's key: sent again, it finds itself. */
const createEvent = defineAction({
  title: "Create an event",
  summary: "Puts an event into a calendar, and invites people to it.",
  class: "write",
  input: z
    .strictObject({
      calendar: CalendarId,
      summary: z.string().min(1).max(1024).describe("Its title."),
      start: When.describe("A day, or a time: 2026-11-24 or 2026-11-24T10:00:00+01:00."),
      end: When.describe("When it is over; for days the day after the last."),
      ...Details,
      meet: z.boolean().default(false).describe("With a video call of Google Meet."),
      sendUpdates: Told,
    })
    .refine(timesFit, TIMES_MISFIT),
  output: Event,
  scopes: [EVENTS_SCOPE],
  repeat: "safe",
  destination: ["calendar", "attendees"],
  sample: {
    input: {
      calendar: "primary",
      summary: "Talk about the basket",
      start: "2026-11-24T10:00:00",
      end: "2026-11-24T10:30:00",
      timeZone: "Europe/Berlin",
      attendees: ["ann@example.com"],
      meet: false,
      sendUpdates: "all",
    },
    output: SAMPLE,
  },
  *perform({ calendar, meet, sendUpdates, start, end, timeZone, attendees, ...fields }, key) {
    const url = path`/calendars/${calendar}/events`;
    const id = eventIdOf(key);
    const there = yield { method: "GET", url: `${url}/${id}`, accepts: [404] };
    if (there.status !== 404) return readBody(Event, there);
    const conferenceData = meet
      ? { createRequest: { requestId: id, conferenceSolutionKey: { type: "hangoutsMeet" } } }
      : undefined;
    const body = given({ ...fields, ...formed({ start, end, timeZone, attendees }), id, conferenceData });
    const query = { sendUpdates, conferenceDataVersion: meet ? 1 : undefined };
    return readBody(Event, yield { method: "POST", url, query, body });
  },
});

const changeEvent = defineAction({
  title: "Change an event",
  summary: "Changes the fields of an event that are given.",
  class: "write",
  input: z
    .strictObject({
      calendar: CalendarId,
      id: EventId,
      summary: z.string().min(1).max(1024).optional().describe("Its title."),
      start: When.optional().describe("A day, or a time."),
      end: When.optional().describe("When it is over; for days the day after the last."),
      ...Details,
      status: z.enum(["confirmed", "tentative"]).optional().describe("Whether it is certain to take place."),
      sendUpdates: Told,
    })
    .refine(timesFit, TIMES_MISFIT),
  output: Event,
  scopes: [EVENTS_SCOPE],
  repeat: "safe",
  destination: ["calendar", "attendees"],
  sample: {
    input: { calendar: "primary", id: "s72756e5f31", location: "The pantry", sendUpdates: "all" },
    output: { ...SAMPLE, location: "The pantry" },
  },
  *perform({ calendar, id, sendUpdates, start, end, timeZone, attendees, ...fields }) {
    const url = path`/calendars/${calendar}/events/${id}`;
    const body = given({ ...fields, ...formed({ start, end, timeZone, attendees }) });
    return readBody(Event, yield { method: "PATCH", url, query: { sendUpdates }, body });
  },
});

const deleteEvent = defineAction({
  title: "Delete an event",
  summary: "Deletes an event; nothing happens where it is deleted already.",
  class: "delete",
  input: z.strictObject({ calendar: CalendarId, id: EventId, sendUpdates: Told }),
  output: z.object({ deleted: z.boolean().describe("Whether it was there until now.") }),
  scopes: [EVENTS_SCOPE],
  repeat: "safe",
  destination: ["calendar"],
  sample: { input: { calendar: "primary", id: "s72756e5f31", sendUpdates: "all" }, output: { deleted: true } },
  *perform({ calendar, id, sendUpdates }) {
    const url = path`/calendars/${calendar}/events/${id}`;
    // 410 is what Google says of an event that is deleted already.
    const answer = yield { method: "DELETE", url, query: { sendUpdates }, accepts: [410] };
    return { deleted: answer.status !== 410 };
  },
});

export const writeActions = { create_event: createEvent, change_event: changeEvent, delete_event: deleteEvent };
