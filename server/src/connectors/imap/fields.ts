import { z } from "zod";

/** Of one attachment, decoded. */
export const ATTACHMENT_BYTES_MAX = 10_000_000;
export const UIDS_MAX = 100;

/** Neither begins another command nor another header. */
export const Line = z.string().regex(/^\P{Cc}*$/u, "this is one line");

export const Folder = Line.min(1).max(500).describe("Its path, as `list_folders` gives it: INBOX, Archive/2026.");
export const Uid = z.int().min(1).max(4_294_967_295);
export const Uids = z
  .array(Uid)
  .min(1)
  .max(UIDS_MAX)
  .describe(`Which mails, by their numbers in the folder; up to ${UIDS_MAX}.`);
export const UidValidity = z
  .string()
  .regex(/^\d{1,10}$/, "digits, as an answer gave them")
  .optional()
  .describe("As it came with the numbers: where the server has numbered the folder anew since, nothing is done.");

export const Person = z.object({ name: z.string(), address: z.string() });

export const Summary = z.object({
  uid: Uid,
  from: z.array(Person),
  to: z.array(Person),
  subject: z.string(),
  date: z.string().nullable().describe("As the sender says, in ISO 8601."),
  receivedAt: z.string().nullable(),
  messageId: z.string().nullable(),
  flags: z.array(z.string()),
  size: z.int(),
});

export const Part = z.object({
  part: z.string().describe("Where it is in the mail: give it to `attachment`."),
  name: z.string(),
  type: z.string(),
  size: z.int().describe("As it was sent, which is a third more than its bytes as a rule."),
});

export const SUMMARY: z.output<typeof Summary> = {
  uid: 117,
  from: [{ name: "Ann Smith", address: "ann@example.com" }],
  to: [{ name: "", address: "shop@example.com" }],
  subject: "Where is my order?",
  date: "2026-11-02T09:30:00.000Z",
  receivedAt: "2026-11-02T09:30:01.000Z",
  messageId: "<a1@example.com>",
  flags: ["\\Seen"],
  size: 2048,
};
export const VALIDITY = "1667380000";
