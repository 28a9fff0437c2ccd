import { type Action, defineAction, performedByGate } from "@steward/sdk";
import { z } from "zod";
import {
  ATTACHMENT_BYTES_MAX,
  Folder,
  Line,
  Part,
  Person,
  Summary,
  SUMMARY,
  Uid,
  UidValidity,
  VALIDITY,
} from "./fields.ts";

const reads = { class: "read", scopes: [], repeat: "safe", destination: [], perform: performedByGate } as const;

const Day = z.iso.date({ error: "a day such as 2026-11-02" }).optional();
const Words = Line.max(500).optional();

const listFolders: Action = defineAction({
  ...reads,
  title: "List folders",
  summary: "Lists the folders of the mailbox.",
  input: z.strictObject({}),
  output: z.object({
    folders: z.array(
      z.object({
        path: z.string(),
        name: z.string(),
        use: z.string().nullable().describe("\\Sent, \\Drafts, \\Trash, \\Junk, \\Archive … where the server says so."),
        holdsMail: z.boolean(),
      }),
    ),
  }),
  sample: { input: {}, output: { folders: [{ path: "INBOX", name: "INBOX", use: "\\Inbox", holdsMail: true }] } },
});

const search: Action = defineAction({
  ...reads,
  title: "Find mails",
  summary: "Finds mails of a folder, newest first, with sender, subject and flags.",
  input: z.strictObject({
    folder: Folder.default("INBOX"),
    from: Words.describe("A part of the sender's name or address."),
    to: Words.describe("A part of a recipient's name or address."),
    subject: Words.describe("A part of the subject."),
    text: Words.describe("A part of the mail, its headers included."),
    messageId: Words.describe("The header Message-ID."),
    since: Day.describe("Received on that day or later."),
    before: Day.describe("Received before that day."),
    seen: z.boolean().optional().describe("Whether it was read."),
    flagged: z.boolean().optional().describe("Whether it was marked."),
    limit: z.int().min(1).max(100).default(20).describe("How many."),
    below: Uid.optional().describe("`next` of an earlier answer, to go on where it stopped."),
  }),
  output: z.object({
    uidValidity: z.string(),
    messages: z.array(Summary),
    next: z.int().nullable().describe("Give it as `below` for what follows; null at the end."),
  }),
  sample: {
    input: { folder: "INBOX", seen: false, limit: 20 },
    output: { uidValidity: VALIDITY, messages: [SUMMARY], next: null },
  },
});

const read: Action = defineAction({
  ...reads,
  title: "Read a mail",
  summary: "Reads a mail with its text and what is attached to it; it stays unread.",
  input: z.strictObject({
    folder: Folder.default("INBOX"),
    uid: Uid.describe("Its number."),
    uidValidity: UidValidity,
  }),
  output: Summary.extend({
    uidValidity: z.string(),
    cc: z.array(Person),
    replyTo: z.array(Person),
    inReplyTo: z.string().nullable(),
    headers: z
      .record(z.string(), z.string())
      .describe("By name in lower case, as they stand; several of one name are lines of one."),
    text: z.string().nullable(),
    html: z.string().nullable(),
    truncated: z.boolean().describe("Whether a text was longer than 1 MB, and is cut there."),
    attachments: z.array(Part),
  }),
  sample: {
    input: { folder: "INBOX", uid: 117 },
    output: {
      ...SUMMARY,
      uidValidity: VALIDITY,
      cc: [],
      replyTo: [],
      inReplyTo: null,
      headers: { "list-id": "<shop.example.com>" },
      text: "I ordered a basket.",
      html: null,
      truncated: false,
      attachments: [{ part: "2", name: "order.pdf", type: "application/pdf", size: 40_000 }],
    },
  },
});

const attachment: Action = defineAction({
  ...reads,
  title: "Read an attachment",
  summary: `Reads what is attached to a mail, up to ${ATTACHMENT_BYTES_MAX / 1_000_000} MB.`,
  input: z.strictObject({
    folder: Folder.default("INBOX"),
    uid: Uid.describe("The mail's number."),
    uidValidity: UidValidity,
    part: z
      .string()
      .regex(/^[1-9]\d{0,3}(?:\.[1-9]\d{0,3}){0,20}$/, "such as 2 or 1.2")
      .describe("As the mail's `attachments` name it."),
  }),
  output: z.object({ name: z.string(), type: z.string(), content: z.string().describe("Its bytes, as base64.") }),
  sample: {
    input: { folder: "INBOX", uid: 117, part: "2" },
    output: { name: "order.pdf", type: "application/pdf", content: "JVBERi0=" },
  },
});

export const readingActions = { list_folders: listFolders, search, read, attachment };
