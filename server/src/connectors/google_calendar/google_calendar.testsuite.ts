/** What Google Calendar answers, after its API's reference, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";
import { googleUser } from "../gmail/gmail.testsuite.ts";

const EVENT = {
  kind: "calendar#event",
  etag: '"3181161784712000"',
  id: "s72756e5f31",
  status: "confirmed",
  htmlLink: "https://www.google.com/calendar/event?eid=czcy",
  created: "2026-11-21T09:30:00.000Z",
  updated: "2026-11-21T09:30:00.412Z",
  summary: "Talk about the basket",
  creator: { email: "ada@example.com", self: true },
  organizer: { email: "ada@example.com", self: true },
  start: { dateTime: "2026-11-24T10:00:00+01:00", timeZone: "Europe/Berlin" },
  end: { dateTime: "2026-11-24T10:30:00+01:00", timeZone: "Europe/Berlin" },
  iCalUID: "s72756e5f31@google.com",
  sequence: 0,
  attendees: [{ email: "ann@example.com", responseStatus: "needsAction" }],
  reminders: { useDefault: true },
  eventType: "default",
};
const MISSING = answer(
  {
    error: {
      errors: [{ domain: "global", reason: "notFound", message: "Not Found" }],
      code: 404,
      message: "Not Found",
    },
  },
  404,
);

/** By action; `whoami` too, and what polls ask for. */
export const googleCalendarAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [googleUser],
  list_events: [
    answer({
      kind: "calendar#events",
      etag: '"p32odpnhdjbsvk0o"',
      summary: "ada@example.com",
      updated: "2026-11-21T09:30:00.412Z",
      timeZone: "Europe/Berlin",
      accessRole: "owner",
      nextPageToken: "EiUKGjFy",
      items: [EVENT],
    }),
  ],
  get_event: [answer(EVENT)],
  list_calendars: [
    answer({
      kind: "calendar#calendarList",
      nextSyncToken: "CPDAlvWDx70CEPDAlvWDx70C",
      items: [
        {
          kind: "calendar#calendarListEntry",
          id: "ada@example.com",
          summary: "Ada",
          timeZone: "Europe/Berlin",
          accessRole: "owner",
          primary: true,
        },
      ],
    }),
  ],
  free_busy: [
    answer({
      kind: "calendar#freeBusy",
      timeMin: "2026-11-24T00:00:00.000Z",
      timeMax: "2026-11-25T00:00:00.000Z",
      calendars: { "ann@example.com": { busy: [{ start: "2026-11-24T09:00:00Z", end: "2026-11-24T09:30:00Z" }] } },
    }),
  ],
  create_event: [MISSING, answer(EVENT)],
  change_event: [answer({ ...EVENT, location: "The pantry" })],
  delete_event: [answer("", 204)],
  "event_changed.first": [answer({ nextPageToken: "EiUK" }), answer({ nextSyncToken: "CPDAlvWDx70C" })],
  "event_changed.next": [answer({ kind: "calendar#events", items: [EVENT], nextSyncToken: "CPDAlvWDx70D" })],
};
