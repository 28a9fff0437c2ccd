import { type Calls, type PollTrigger, path, type TriggerEvent } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { Stored, SUMMARY_HEADERS, summaryOf } from "./message.ts";
import { SUMMARY_SAMPLE } from "./read.ts";
import { MAILBOX } from "./mailbox.ts";

/** Reads of one poll: the history, and then so many mails. */
const MAILS_MAX = 15;
const PENDING_MAX = 1000;

/**
 * Where a poll stands: the history is read from `since`, at `page` of its pages; `pending` are mails of it that are still to
 * be told. `seenSeconds` is when the last of them came, for when Gmail has forgotten the history (it keeps about a week).
 */
const Cursor = z.object({
  since: z.string(),
  page: z.string().nullable(),
  pending: z.array(z.string()).max(PENDING_MAX),
  seenSeconds: z.int().nullable(),
});
type Cursor = z.output<typeof Cursor>;

const History = z.object({
  history: z
    .array(z.object({ messagesAdded: z.array(z.object({ message: z.object({ id: z.string() }) })).optional() }))
    .optional(),
  nextPageToken: z.string().optional(),
  historyId: z.string(),
});
const Listed = z.object({ messages: z.array(z.object({ id: z.string() })).optional() });

interface Settings {
  readonly label: string;
}

/** From now on: what is there already starts nothing. */
function* fromNow(seenSeconds: number | null, pending: readonly string[]): Calls<Cursor> {
  const answer = yield { method: "GET", url: `${MAILBOX}/profile` };
  const { historyId } = readBody(z.object({ historyId: z.string() }), answer);
  return { since: historyId, page: null, pending: [...pending], seenSeconds };
}

/** The next page of the history, its mails added to those that wait. */
function* readHistory(cursor: Cursor, label: string): Calls<Cursor> {
  const query = {
    startHistoryId: cursor.since,
    historyTypes: "messageAdded",
    labelId: label,
    maxResults: 100,
    pageToken: cursor.page,
  };
  const answer = yield { method: "GET", url: `${MAILBOX}/history`, query, accepts: [404] };
  if (answer.status === 404) return yield* afterForgetting(cursor, label);
  const { history = [], nextPageToken, historyId } = readBody(History, answer);
  const ids = history.flatMap(({ messagesAdded = [] }) => messagesAdded.map(({ message }) => message.id));
  const page = nextPageToken ?? null;
  const pending = [...new Set(ids)].slice(0, PENDING_MAX);
  return { ...cursor, since: page === null ? historyId : cursor.since, page, pending };
}

/** The history is gone: the mails since the last one that was told are found by their time. Told twice, they start nothing. */
function* afterForgetting(cursor: Cursor, label: string): Calls<Cursor> {
  if (cursor.seenSeconds === null) return yield* fromNow(null, []);
  const query = { q: `after:${cursor.seenSeconds}`, labelIds: label, maxResults: 500 };
  const { messages = [] } = readBody(Listed, yield { method: "GET", url: `${MAILBOX}/messages`, query });
  return yield* fromNow(cursor.seenSeconds, messages.map(({ id }) => id).toReversed());
}

export const newMail: PollTrigger<Settings> = {
  kind: "poll",
  title: "New mail",
  summary: "When a mail comes in.",
  settings: z.strictObject({
    label: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/, "use a label's id")
      .default("INBOX")
      .describe("The id of the label that it must have."),
  }),
  scopes: ["https://www.googleapis.com/auth/gmail.readonly"],
  everySeconds: { default: 60, min: 15 },
  sample: SUMMARY_SAMPLE,
  *poll({ label }, before) {
    if (before === null) return { events: [], cursor: yield* fromNow(null, []), more: false };
    let cursor = Cursor.parse(before);
    if (cursor.pending.length === 0) cursor = yield* readHistory(cursor, label);
    const events: TriggerEvent[] = [];
    for (const id of cursor.pending.slice(0, MAILS_MAX)) {
      const query = { format: "metadata", metadataHeaders: SUMMARY_HEADERS };
      const answer = yield { method: "GET", url: `${MAILBOX}/messages/${path`${id}`}`, query, accepts: [404] };
      if (answer.status === 404) continue;
      const stored = readBody(Stored, answer);
      events.push({ key: stored.id, data: summaryOf(stored) });
      const seconds = Math.floor(Number(stored.internalDate ?? 0) / 1000);
      cursor = { ...cursor, seenSeconds: Math.max(seconds, cursor.seenSeconds ?? 0) };
    }
    const pending = cursor.pending.slice(MAILS_MAX);
    return { events, cursor: { ...cursor, pending }, more: pending.length > 0 || cursor.page !== null };
  },
};
