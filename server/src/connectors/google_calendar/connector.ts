import { defineConnector } from "@steward/sdk";
import {
  GOOGLE_IDENTITY_HOST,
  googleAuthentication,
  googleFailure,
  googleIdentityScopes,
  googleServiceAccount,
  googleSetUp,
  googleWhoami,
} from "../google-account.ts";
import { eventChanged } from "./event-changed.ts";
import { EVENTS_READ_SCOPE, EVENTS_SCOPE } from "./event.ts";
import { readActions } from "./read.ts";
import { writeActions } from "./write.ts";

/** After the Google Calendar API, version 3. */
export const googleCalendar = defineConnector({
  id: "google_calendar",
  title: "Google Calendar",
  summary: "Events of a Google account's calendars, and when people are busy.",
  category: "calendar",
  keywords: ["google", "event", "meeting", "appointment", "invite", "free busy"],
  base: "https://www.googleapis.com/calendar/v3",
  hosts: [GOOGLE_IDENTITY_HOST],
  authentication: [googleAuthentication, googleServiceAccount],
  scopes: {
    ...googleIdentityScopes,
    [EVENTS_READ_SCOPE]: "See the events of all your calendars",
    [EVENTS_SCOPE]: "See, create, change and delete the events of all your calendars",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly": "See which calendars you have",
    "https://www.googleapis.com/auth/calendar.freebusy": "See when you, and those who share with you, are busy",
  },
  actions: { ...readActions, ...writeActions },
  triggers: { event_changed: eventChanged },
  whoami: googleWhoami,
  failure: googleFailure,
  setUp: googleSetUp("the Google Calendar API"),
  triedAgainst:
    "emulate 0.12.2 (list, create, delete, free and busy), and answers as the API's discovery document has them (read, change, changes by token)",
});
