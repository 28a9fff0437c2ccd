import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { Message, messageOf, Stored, Summary, SUMMARY_HEADERS, summaryOf } from "./message.ts";
import { MAILBOX, MessageId } from "./mailbox.ts";

const READ = "https://www.googleapis.com/auth/gmail.readonly";

/** With the list itself, what the reads of one action allow. */
const SUMMARIES_MAX = 19;

const Listed = z.object({
  messages: z.array(z.object({ id: z.string(), threadId: z.string() })).optional(),
  nextPageToken: z.string().optional(),
});

const SUMMARY: z.output<typeof Summary> = {
  id: "18c2f5a7b1d4e9f0",
  threadId: "18c2f5a7b1d4e9f0",
  labelIds: ["INBOX", "UNREAD"],
  from: "Ann Smith <ann@example.com>",
  fromAddress: "ann@example.com",
  to: "shop@example.com",
  subject: "Where is my order?",
  date: "Mon, 2 Nov 2026 10:30:00 +0100",
  receivedAt: "2026-11-02T09:30:01.000Z",
  snippet: "I ordered a basket.",
};
export const SUMMARY_SAMPLE = SUMMARY;

const Query = z.string().max(1000).describe("As in Gmail's search box: from:ann@example.com is:unread newer_than:7d.");

const search = defineAction({
  title: "Find mails",
  summary: "Finds mails as Gmail's search box does, newest first, by their ids.",
  class: "read",
  input: z.strictObject({
    query: Query.default(""),
    labelIds: z
      .array(z.string().min(1).max(200))
      .max(20)
      .optional()
      .describe("Only mails with all of these labels, by id."),
    includeSpamTrash: z.boolean().default(false).describe("Also what is spam or in the bin."),
    ...pageFields(50, 500),
  }),
  output: z.object({ messages: z.array(z.object({ id: z.string(), threadId: z.string() })), ...nextField }),
  scopes: [READ],
  repeat: "safe",
  destination: [],
  sample: {
    input: { query: "is:unread", includeSpamTrash: false, limit: 50, pages: 1 },
    output: { messages: [{ id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0" }], next: null },
  },
  *perform({ query, limit, labelIds, includeSpamTrash, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const fields = { q: query === "" ? undefined : query, labelIds, includeSpamTrash, maxResults: limit };
      const answer = yield { method: "GET", url: `${MAILBOX}/messages`, query: { ...fields, pageToken: cursor } };
      const { messages = [], nextPageToken = null } = readBody(Listed, answer);
      return { items: messages, next: nextPageToken };
    });
    return { messages: items, next };
  },
});

const list = defineAction({
  title: "List mails",
  summary: `Lists up to ${SUMMARIES_MAX} mails with sender, subject and beginning, newest first.`,
  class: "read",
  input: z.strictObject({
    query: Query.default("in:inbox"),
    limit: z.int().min(1).max(SUMMARIES_MAX).default(10).describe("How many."),
    cursor: z.string().min(1).max(4096).optional().describe("`next` of an earlier answer, to go on where it stopped."),
  }),
  output: z.object({ messages: z.array(Summary), ...nextField }),
  scopes: [READ],
  repeat: "safe",
  destination: [],
  sample: { input: { query: "in:inbox", limit: 10 }, output: { messages: [SUMMARY], next: null } },
  *perform({ query, limit, cursor }) {
    const fields = { q: query, maxResults: limit, pageToken: cursor };
    const listed = readBody(Listed, yield { method: "GET", url: `${MAILBOX}/messages`, query: fields });
    const messages: z.output<typeof Summary>[] = [];
    for (const { id: message } of (listed.messages ?? []).slice(0, SUMMARIES_MAX)) {
      const answer = yield {
        method: "GET",
        url: `${MAILBOX}/messages/${path`${message}`}`,
        query: { format: "metadata", metadataHeaders: SUMMARY_HEADERS },
        accepts: [404],
      };
      if (answer.status !== 404) messages.push(summaryOf(readBody(Stored, answer)));
    }
    return { messages, next: listed.nextPageToken ?? null };
  },
});

const get = defineAction({
  title: "Read a mail",
  summary: "Reads a mail with its text and what is attached to it.",
  class: "read",
  input: z.strictObject({ id: MessageId }),
  output: Message,
  scopes: [READ],
  repeat: "safe",
  destination: [],
  sample: {
    input: { id: "18c2f5a7b1d4e9f0" },
    output: {
      ...SUMMARY,
      cc: null,
      replyTo: null,
      messageId: "<CAF=1@mail.example.com>",
      text: "I ordered a basket. Where is it?",
      html: null,
      attachments: [{ attachmentId: "ANGjdJ8w", filename: "order.pdf", mimeType: "application/pdf", size: 24_000 }],
    },
  },
  *perform({ id: message }) {
    const answer = yield { method: "GET", url: `${MAILBOX}/messages/${path`${message}`}`, query: { format: "full" } };
    return messageOf(readBody(Stored, answer));
  },
});

const getAttachment = defineAction({
  title: "Read an attachment",
  summary: "Reads a file that is attached to a mail.",
  class: "read",
  input: z.strictObject({
    id: MessageId,
    attachmentId: z
      .string()
      .regex(/^[A-Za-z0-9_=-]{1,2000}$/, "use an attachment's id")
      .describe("As reading the mail gave it."),
  }),
  output: z.object({ size: z.int(), content: z.string().describe("In base64.") }),
  scopes: [READ],
  repeat: "safe",
  destination: [],
  sample: { input: { id: "18c2f5a7b1d4e9f0", attachmentId: "ANGjdJ8w" }, output: { size: 5, content: "SGVsbG8=" } },
  *perform({ id: message, attachmentId }) {
    const url = `${MAILBOX}/messages/${path`${message}/attachments/${attachmentId}`}`;
    const { size, data } = readBody(z.object({ size: z.int(), data: z.string() }), yield { method: "GET", url });
    return { size, content: Buffer.from(data, "base64url").toString("base64") };
  },
});

export const readActions = { search, list, get, get_attachment: getAttachment };
