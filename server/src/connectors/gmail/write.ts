import { type Calls, defineAction, path, ProviderError } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import { MailAddress, MailAddresses } from "./address.ts";
import { MAILBOX, MessageId } from "./mailbox.ts";
import { headerOf, Stored } from "./message.ts";
import { messageIds, rawMessage } from "./mime.ts";

const SEND = "https://www.googleapis.com/auth/gmail.send";
const COMPOSE = "https://www.googleapis.com/auth/gmail.compose";
const READ = "https://www.googleapis.com/auth/gmail.readonly";

/** About 5 MB in all. */
const ATTACHED_CHARACTERS_MAX = 7_000_000;

const Content = {
  text: z.string().max(1_000_000).optional().describe("The message as plain text."),
  html: z.string().max(1_000_000).optional().describe("The message as HTML, for those who can show it."),
  attachments: z
    .array(
      z.strictObject({
        filename: z.string().min(1).max(255),
        mimeType: z
          .string()
          .max(120)
          .regex(/^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,60}$/i, "use a media type"),
        content: z.base64().describe("In base64."),
      }),
    )
    .max(20)
    .refine(
      (all) => all.reduce((sum, { content }) => sum + content.length, 0) <= ATTACHED_CHARACTERS_MAX,
      "at most 5 MB",
    )
    .optional()
    .describe("Files that go with it: filename, mimeType and content in base64."),
};
const Envelope = {
  to: MailAddresses.min(1).describe("Plain mail addresses of those it is for."),
  cc: MailAddresses.optional().describe("Plain mail addresses of those who get a copy."),
  bcc: MailAddresses.optional().describe("Plain mail addresses of those who get a copy that nobody sees."),
  from: MailAddress.optional().describe("One of the account's own other addresses."),
  replyTo: MailAddress.optional().describe("Where answers go, if not to the sender."),
};
const Subject = z.string().max(500).describe("One line.");
const hasBody = (mail: { text?: string | undefined; html?: string | undefined }): boolean =>
  mail.text !== undefined || mail.html !== undefined;
const BODY_MISSING = "give text, html or both";

const Sent = z.object({ id: z.string(), threadId: z.string(), labelIds: z.array(z.string()).optional() });
const SENT = { id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0", labelIds: ["SENT"] };

const send = defineAction({
  title: "Send a mail",
  summary: "Sends a mail in your name.",
  class: "write",
  input: z.strictObject({ ...Envelope, subject: Subject, ...Content }).refine(hasBody, BODY_MISSING),
  output: Sent,
  scopes: [SEND],
  repeat: "never",
  destination: ["to", "cc", "bcc", "replyTo"],
  sample: { input: { to: ["ann@example.com"], subject: "Your order", text: "It is on its way." }, output: SENT },
  *perform(input) {
    return readBody(Sent, yield { method: "POST", url: `${MAILBOX}/messages/send`, body: { raw: rawMessage(input) } });
  },
});

/** What an answer takes from the message that it answers. */
function* readOriginal(message: string): Calls<z.output<typeof Stored>> {
  const query = { format: "metadata", metadataHeaders: ["Subject", "Message-ID", "References"] };
  return readBody(Stored, yield { method: "GET", url: `${MAILBOX}/messages/${path`${message}`}`, query });
}

/** Whoever wrote a message could name any address to answer to, so the recipients are the input's. */
const reply = defineAction({
  title: "Answer a mail",
  summary: "Answers a mail in its thread. To whom is said here, never taken from the mail.",
  class: "write",
  input: z
    .strictObject({
      id: MessageId,
      ...Envelope,
      subject: Subject.optional().describe("Re: and the mail's own when left out."),
      ...Content,
    })
    .refine(hasBody, BODY_MISSING),
  output: Sent,
  scopes: [SEND, READ],
  repeat: "never",
  destination: ["to", "cc", "bcc", "replyTo"],
  sample: {
    input: { id: "18c2f5a7b1d4e9f0", to: ["ann@example.com"], text: "It arrives tomorrow." },
    output: { ...SENT, id: "18c2f5a7b1d4e9f1" },
  },
  *perform({ id: message, subject, ...mail }) {
    const original = yield* readOriginal(message);
    const [messageId] = messageIds(headerOf(original, "message-id"));
    if (messageId === undefined)
      throw new ProviderError({ kind: "rejected", message: "that mail has no Message-ID to answer to" });
    const said = headerOf(original, "subject") ?? "";
    const raw = rawMessage({
      ...mail,
      subject: subject ?? (/^re:/i.test(said) ? said : `Re: ${said}`),
      inReplyTo: messageId,
      references: [...messageIds(headerOf(original, "references")), messageId],
    });
    const body = { raw, threadId: original.threadId };
    return readBody(Sent, yield { method: "POST", url: `${MAILBOX}/messages/send`, body });
  },
});

const Draft = z.object({ id: z.string(), message: z.object({ id: z.string(), threadId: z.string() }) });

const createDraft = defineAction({
  title: "Draft a mail",
  summary: "Puts a mail among the drafts, for a person to send.",
  class: "write",
  input: z
    .strictObject({
      ...Envelope,
      to: MailAddresses.default([]).describe("Plain mail addresses of those it is for."),
      subject: Subject,
      ...Content,
      threadId: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,100}$/)
        .optional()
        .describe("The thread that it belongs to."),
    })
    .refine(hasBody, BODY_MISSING),
  output: Draft,
  scopes: [COMPOSE],
  repeat: "never",
  destination: ["to", "cc", "bcc", "replyTo"],
  sample: {
    input: { to: ["ann@example.com"], subject: "Your order", text: "It is on its way." },
    output: { id: "r-8151", message: { id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0" } },
  },
  *perform({ threadId, ...mail }) {
    const body = { message: given({ raw: rawMessage(mail), threadId }) };
    return readBody(Draft, yield { method: "POST", url: `${MAILBOX}/drafts`, body });
  },
});

export const writeActions = { send, reply, create_draft: createDraft };
