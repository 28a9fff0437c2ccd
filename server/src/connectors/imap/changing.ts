import { type Action, defineAction, performedByGate } from "@steward/sdk";
import { z } from "zod";
import { Folder, Line, Uids, UidValidity, VALIDITY } from "./fields.ts";

/** Done again it finds nothing left to do. */
const changes = { scopes: [], repeat: "safe", destination: [], perform: performedByGate } as const;

const mails = { folder: Folder.default("INBOX"), uids: Uids, uidValidity: UidValidity };

const move: Action = defineAction({
  ...changes,
  title: "Move mails",
  summary: "Moves mails to another folder of the mailbox.",
  class: "write",
  input: z.strictObject({ ...mails, to: Folder.describe("The path of the folder that they go to.") }),
  output: z.object({ moved: z.int().nullable().describe("How many; null where the server does not say.") }),
  sample: { input: { folder: "INBOX", uids: [117], to: "Archive" }, output: { moved: 1 } },
});

/** Of the system's flags those that people set, and keywords of one's own (RFC 9051, "flag-keyword"). */
const Flag = z
  .string()
  .max(100)
  .regex(
    /^(?:\\(?:Seen|Flagged|Answered|Draft)|[A-Za-z0-9$_.-]+)$/,
    "\\Seen, \\Flagged, \\Answered, \\Draft, or a word",
  );

const mark: Action = defineAction({
  ...changes,
  title: "Mark mails",
  summary: "Sets and takes away marks of mails: read, flagged, answered, words of your own.",
  class: "write",
  input: z
    .strictObject({
      ...mails,
      add: z.array(Flag).max(20).default([]).describe("\\Seen says that they were read."),
      remove: z.array(Flag).max(20).default([]).describe("Marks to take away."),
    })
    .refine(({ add, remove }) => add.length + remove.length > 0, { path: ["add"], error: "say which marks" })
    .refine(({ add, remove }) => !add.some((flag) => remove.includes(flag)), {
      path: ["remove"],
      error: "a mark is set or taken away",
    }),
  output: z.object({ marked: z.int().describe("How many of them are there.") }),
  sample: {
    input: { folder: "INBOX", uids: [117], add: ["\\Seen"], remove: [] },
    output: { marked: 1 },
  },
});

const remove: Action = defineAction({
  ...changes,
  title: "Delete mails",
  summary: "Deletes mails for good: they are in no bin afterwards.",
  class: "delete",
  input: z.strictObject(mails),
  output: z.object({ deleted: z.int().describe("How many were there.") }),
  sample: { input: { folder: "Spam", uids: [118] }, output: { deleted: 1 } },
});

const Address = z.email({ error: "give one plain mail address" }).max(254);
const Addresses = z.array(Address).max(100).default([]);

const append: Action = defineAction({
  ...changes,
  title: "Put a mail into a folder",
  summary: "Writes a mail into a folder, a draft for instance; it goes to nobody.",
  class: "write",
  input: z
    .strictObject({
      folder: Folder.default("Drafts"),
      from: Address.describe("Who it is from."),
      fromName: Line.max(200).default("").describe("Their name."),
      to: Addresses.describe("To whom it would go."),
      cc: Addresses.describe("Who would get a copy."),
      subject: Line.max(998).describe("One line."),
      text: z.string().max(2_000_000).nullable().default(null).describe("The message as plain text."),
      html: z.string().max(2_000_000).nullable().default(null).describe("The message as HTML; give text as well."),
      flags: z.array(Flag).max(20).default(["\\Draft", "\\Seen"]).describe("Its marks."),
    })
    .refine(({ text, html }) => text !== null || html !== null, { path: ["text"], error: "give text or html" }),
  output: z.object({
    messageId: z.string().describe("As in the message's header Message-ID."),
    uid: z.int().nullable().describe("Its number, where the server says it."),
    uidValidity: z.string().nullable(),
  }),
  sample: {
    input: {
      folder: "Drafts",
      from: "shop@example.com",
      fromName: "",
      to: ["ann@example.com"],
      cc: [],
      subject: "Your order",
      text: "It is on its way.",
      html: null,
      flags: ["\\Draft", "\\Seen"],
    },
    output: { messageId: "<q7_0@example.com>", uid: 12, uidValidity: VALIDITY },
  },
});

export const changingActions = { move, mark, delete: remove, append };
