import { type Calls, path, type PollTrigger } from "@steward/sdk";
import { z } from "zod";
import { jsonOf } from "../json-of.ts";
import { readBody } from "../read-body.ts";
import { CalendarId, Event, EVENTS_READ_SCOPE, SAMPLE } from "./event.ts";

/** Of the 20 reads of a poll. */
const BASELINE_PAGES_MAX = 18;
const EVENTS_MAX = 100;

/**
 * Where a poll stands. `baseline`: on the way through what is there already, to the token that all later changes are asked
 * by. `missed`: Google has dropped the token (410), a new one is there, and what changed since is read by its time. `sync`:
 * the changes since the token. `since` is the time of the last change that was told.
 */
const Cursor = z.discriminatedUnion("at", [
  z.object({ at: z.literal("baseline"), page: z.string().nullable(), since: z.string().nullable() }),
  z.object({ at: z.literal("missed"), page: z.string().nullable(), since: z.string(), token: z.string() }),
  z.object({ at: z.literal("sync"), page: z.string().nullable(), since: z.string().nullable(), token: z.string() }),
]);
type Cursor = z.output<typeof Cursor>;
interface Polled {
  readonly events: readonly z.output<typeof Event>[];
  readonly cursor: Cursor;
  readonly more: boolean;
}

const Listed = z.object({
  items: z.array(Event).default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});

interface Settings {
  readonly calendar: string;
}

/** Goes through what is there, without reading it, to the token. */
function* readBaseline(url: string, { page, since }: Extract<Cursor, { at: "baseline" }>): Calls<Polled> {
  let pageToken = page;
  for (let n = 0; n < BASELINE_PAGES_MAX; n += 1) {
    const answer = yield {
      method: "GET",
      url,
      query: { maxResults: 2500, pageToken, fields: "nextPageToken,nextSyncToken" },
    };
    const { nextPageToken, nextSyncToken: token } = readBody(Listed, answer);
    if (token !== undefined) {
      const cursor: Cursor =
        since === null ? { at: "sync", page: null, since, token } : { at: "missed", page: null, since, token };
      return { events: [], cursor, more: since !== null };
    }
    pageToken = nextPageToken ?? null;
    // Neither token: the calendar changed under way, and Google wants it begun again.
    if (pageToken === null) break;
  }
  return { events: [], cursor: { at: "baseline", page: pageToken, since }, more: true };
}

/** What changed while there was no token. What the token tells too has the same keys, and starts nothing twice. */
function* readMissed(url: string, { page, since, token }: Extract<Cursor, { at: "missed" }>): Calls<Polled> {
  const query = { updatedMin: since, showDeleted: true, orderBy: "updated", maxResults: EVENTS_MAX, pageToken: page };
  // 410 is also said of a time too long ago; then there is no more to learn.
  const answer = yield { method: "GET", url, query, accepts: [410] };
  if (answer.status === 410) return { events: [], cursor: { at: "sync", page: null, since, token }, more: true };
  const { items, nextPageToken } = readBody(Listed, answer);
  const cursor: Cursor =
    nextPageToken === undefined
      ? { at: "sync", page: null, since: newest(items, since), token }
      : { at: "missed", page: nextPageToken, since, token };
  return { events: items, cursor, more: true };
}

function* readChanges(url: string, { page, since, token }: Extract<Cursor, { at: "sync" }>): Calls<Polled> {
  const query = { syncToken: token, maxResults: EVENTS_MAX, pageToken: page };
  const answer = yield { method: "GET", url, query, accepts: [410] };
  if (answer.status === 410) return { events: [], cursor: { at: "baseline", page: null, since }, more: true };
  const { items, nextPageToken, nextSyncToken } = readBody(Listed, answer);
  const cursor: Cursor = {
    at: "sync",
    page: nextPageToken ?? null,
    since: newest(items, since),
    token: nextSyncToken ?? token,
  };
  return { events: items, cursor, more: nextPageToken !== undefined };
}

function newest(events: readonly z.output<typeof Event>[], since: string | null): string | null {
  const times = events.map(({ updated }) => updated).filter((time) => time !== undefined);
  return [...times, ...(since === null ? [] : [since])].toSorted().at(-1) ?? null;
}

export const eventChanged: PollTrigger<Settings> = {
  kind: "poll",
  title: "Event changed",
  summary: "When an event is created, changed or cancelled.",
  settings: z.strictObject({ calendar: CalendarId }),
  scopes: [EVENTS_READ_SCOPE],
  everySeconds: { default: 120, min: 30 },
  sample: jsonOf(SAMPLE),
  *poll({ calendar }, before) {
    const url = path`/calendars/${calendar}/events`;
    const cursor: Cursor = before === null ? { at: "baseline", page: null, since: null } : Cursor.parse(before);
    const { events, ...polled } =
      cursor.at === "baseline"
        ? yield* readBaseline(url, cursor)
        : cursor.at === "missed"
          ? yield* readMissed(url, cursor)
          : yield* readChanges(url, cursor);
    return {
      ...polled,
      events: events.map((event) => ({
        key: `${event.id}@${event.updated ?? event.status ?? ""}`,
        data: jsonOf(event),
      })),
    };
  },
};
