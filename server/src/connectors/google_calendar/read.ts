import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { CalendarId, Event, EventId, EVENTS_READ_SCOPE, SAMPLE, TimeZone } from "./event.ts";

const Time = z.iso.datetime({ offset: true });
const Listed = z.object({ items: z.array(Event).default([]), nextPageToken: z.string().optional() });

const listEvents = defineAction({
  title: "List events",
  summary: "Lists a calendar's events, each date of a series by itself, in the order of time.",
  class: "read",
  input: z.strictObject({
    calendar: CalendarId,
    timeMin: Time.optional().describe("Only events that end after this."),
    timeMax: Time.optional().describe("Only events that begin before this."),
    query: z.string().min(1).max(500).optional().describe("Only events with these words."),
    ...pageFields(50, 250),
  }),
  output: z.object({ events: z.array(Event), ...nextField }),
  scopes: [EVENTS_READ_SCOPE],
  repeat: "safe",
  destination: [],
  sample: {
    input: { calendar: "primary", timeMin: "2026-11-24T00:00:00+01:00", limit: 50, pages: 1 },
    output: { events: [SAMPLE], next: null },
  },
  *perform({ calendar, timeMin, timeMax, query, limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const fields = { timeMin, timeMax, q: query, maxResults: limit, pageToken: cursor };
      const answer = yield {
        method: "GET",
        url: path`/calendars/${calendar}/events`,
        query: { ...fields, singleEvents: true, orderBy: "startTime" },
      };
      const { items: events, nextPageToken = null } = readBody(Listed, answer);
      return { items: events, next: nextPageToken };
    });
    return { events: items, next };
  },
});

const getEvent = defineAction({
  title: "Read an event",
  summary: "Reads one event.",
  class: "read",
  input: z.strictObject({ calendar: CalendarId, id: EventId }),
  output: Event,
  scopes: [EVENTS_READ_SCOPE],
  repeat: "safe",
  destination: [],
  sample: { input: { calendar: "primary", id: "s72756e5f31" }, output: SAMPLE },
  *perform({ calendar, id }) {
    return readBody(Event, yield { method: "GET", url: path`/calendars/${calendar}/events/${id}` });
  },
});

const Calendar = z.object({
  id: z.string(),
  summary: z.string(),
  primary: z.boolean().optional(),
  timeZone: z.string().optional(),
  accessRole: z.string().optional(),
});

const listCalendars = defineAction({
  title: "List calendars",
  summary: "Lists the calendars that the account sees.",
  class: "read",
  input: z.strictObject(pageFields(100, 250)),
  output: z.object({ calendars: z.array(Calendar), ...nextField }),
  scopes: ["https://www.googleapis.com/auth/calendar.calendarlist.readonly"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { limit: 100, pages: 1 },
    output: {
      calendars: [
        { id: "ada@example.com", summary: "Ada", primary: true, timeZone: "Europe/Berlin", accessRole: "owner" },
      ],
      next: null,
    },
  },
  *perform({ limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const answer = yield {
        method: "GET",
        url: "/users/me/calendarList",
        query: { maxResults: limit, pageToken: cursor },
      };
      const body = readBody(
        z.object({ items: z.array(Calendar).default([]), nextPageToken: z.string().optional() }),
        answer,
      );
      return { items: body.items, next: body.nextPageToken ?? null };
    });
    return { calendars: items, next };
  },
});

const Busy = z.object({
  busy: z.array(z.object({ start: z.string(), end: z.string() })).default([]),
  errors: z.array(z.object({ reason: z.string() })).optional(),
});

const freeBusy = defineAction({
  title: "Find out who is busy",
  summary: "Tells when calendars are busy, and nothing else of their events.",
  class: "read",
  input: z.strictObject({
    calendars: z.array(z.string().min(1).max(254)).min(1).max(50).describe("Calendars' ids, often mail addresses."),
    timeMin: Time.describe("From when."),
    timeMax: Time.describe("Until when."),
    timeZone: TimeZone.optional().describe("In which the answer's times are; UTC when left out."),
  }),
  output: z.object({ calendars: z.record(z.string(), Busy) }),
  scopes: ["https://www.googleapis.com/auth/calendar.freebusy"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { calendars: ["ann@example.com"], timeMin: "2026-11-24T00:00:00Z", timeMax: "2026-11-25T00:00:00Z" },
    output: {
      calendars: { "ann@example.com": { busy: [{ start: "2026-11-24T09:00:00Z", end: "2026-11-24T09:30:00Z" }] } },
    },
  },
  *perform({ calendars, timeMin, timeMax, timeZone }) {
    const body = { timeMin, timeMax, timeZone: timeZone ?? "UTC", items: calendars.map((id) => ({ id })) };
    const answer = yield { method: "POST", url: "/freeBusy", body, reads: true };
    return readBody(z.object({ calendars: z.record(z.string(), Busy) }), answer);
  },
});

export const readActions = {
  list_events: listEvents,
  get_event: getEvent,
  list_calendars: listCalendars,
  free_busy: freeBusy,
};
