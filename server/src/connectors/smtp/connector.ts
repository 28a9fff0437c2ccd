import { defineAction, defineConnector, performedByGate } from "@steward/sdk";
import { z } from "zod";
import { statusFailure } from "../status-failure.ts";

const RECIPIENTS_MAX = 100;
/** Of all attachments together, decoded. */
const ATTACHMENTS_BYTES_MAX = 10_000_000;

const Address = z.email({ error: "give one plain mail address" }).max(254);
const Addresses = z.array(Address).max(RECIPIENTS_MAX).default([]);
/** Neither begins another header. */
const Line = z.string().regex(/^\P{Cc}*$/u, "this is one line");

const Attachment = z.strictObject({
  name: Line.min(1).max(200).describe("The file's name: report.pdf."),
  type: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, "such as application/pdf")
    .default("application/octet-stream")
    .describe("Its media type."),
  content: z.base64({ error: "give the bytes as base64" }).describe("Its bytes, as base64."),
});

const Input = z
  .strictObject({
    from: Address.describe("Who it is from; an address that the server lets the connection's user send from."),
    fromName: Line.max(200).default("").describe("Their name."),
    to: Addresses.describe("To whom."),
    cc: Addresses.describe("Who gets a copy."),
    bcc: Addresses.describe("Who gets a copy unseen."),
    replyTo: Address.nullable().default(null).describe("Where answers go; to from unless given."),
    subject: Line.max(998).describe("One line."),
    text: z.string().max(2_000_000).nullable().default(null).describe("The message as plain text."),
    html: z.string().max(2_000_000).nullable().default(null).describe("The message as HTML; give text as well."),
    attachments: z.array(Attachment).max(20).default([]).describe("Files, together up to 10 MB."),
  })
  .refine(({ to, cc, bcc }) => to.length + cc.length + bcc.length > 0, {
    path: ["to"],
    error: "name somebody to send it to",
  })
  .refine(({ to, cc, bcc }) => to.length + cc.length + bcc.length <= RECIPIENTS_MAX, {
    path: ["to"],
    error: `at most ${RECIPIENTS_MAX} recipients altogether`,
  })
  .refine(({ text, html }) => text !== null || html !== null, { path: ["text"], error: "give text or html" })
  .refine(({ attachments }) => bytesOf(attachments) <= ATTACHMENTS_BYTES_MAX, {
    path: ["attachments"],
    error: "together they are larger than 10 MB",
  });

function bytesOf(attachments: readonly { readonly content: string }[]): number {
  return attachments.reduce((sum, { content }) => sum + Math.floor((content.length * 3) / 4), 0);
}

const send = defineAction({
  title: "Send a mail",
  summary: "Sends one message by the connection's mail server.",
  class: "write",
  input: Input,
  output: z.object({
    messageId: z.string().describe("As in the message's header Message-ID."),
    accepted: z.int().describe("For how many recipients the server took it."),
    refused: z.array(z.string()).describe("Recipients that it was not taken for."),
  }),
  scopes: [],
  repeat: "never",
  destination: ["to", "cc", "bcc", "replyTo"],
  sample: {
    input: {
      from: "orders@example.com",
      fromName: "Example",
      to: ["ann@example.com"],
      cc: [],
      bcc: [],
      replyTo: null,
      subject: "Your order",
      text: "It is on its way.",
      html: null,
      attachments: [],
    },
    output: { messageId: "<q7_0@example.com>", accepted: 1, refused: [] },
  },
  perform: performedByGate,
});

/** A mail server of the project's own; performed by `gate/send-smtp.ts`. */
export const smtp = defineConnector({
  id: "smtp",
  title: "Mail server (SMTP)",
  summary: "Mail by a server of your own, or of a provider without a connector.",
  category: "mail",
  keywords: ["smtp", "mail", "email", "send", "fastmail", "mailbox", "ses", "postmark"],
  // Never reached: each connection brings its own (RFC 6761, "invalid").
  base: "https://smtp.invalid",
  hosts: ["smtp.invalid"],
  ownAddress: true,
  protocol: "smtp",
  authentication: [{ kind: "basic", user: "User", password: "Password" }],
  scopes: {},
  actions: { send },
  triggers: {},
  // oxlint-disable-next-line require-yield -- nobody is to be asked
  *whoami() {
    return { account: "smtp", label: "Mail server" };
  },
  failure: (answer) => statusFailure(answer),
  setUp: [
    "Find the address for sending at your mail provider: smtps://mail.example.com:465, or smtp://mail.example.com:587 with STARTTLS.",
    "Make a password for Steward alone, where the provider has app passwords.",
    "Where it is no address of the public internet, or another port than 465, 587 and 2525, let the operator name it in STEWARD_EGRESS_ALLOW.",
  ],
  triedAgainst: "smtp-server 3.21",
});
