/** A message as Gmail gives it, and as people read it. */
import { z } from "zod";
import { addressOf } from "./address.ts";

const PARTS_MAX = 200;

const Header = z.object({ name: z.string(), value: z.string() });
interface PayloadPart {
  readonly partId?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly filename?: string | undefined;
  readonly headers?: { name: string; value: string }[] | undefined;
  readonly body?:
    | { size?: number | undefined; data?: string | undefined; attachmentId?: string | undefined }
    | undefined;
  readonly parts?: PayloadPart[] | undefined;
}
const Payload: z.ZodType<PayloadPart> = z.lazy(() =>
  z.object({
    partId: z.string().optional(),
    mimeType: z.string().optional(),
    filename: z.string().optional(),
    headers: z.array(Header).optional(),
    body: z
      .object({ size: z.int().optional(), data: z.string().optional(), attachmentId: z.string().optional() })
      .optional(),
    parts: z.array(Payload).optional(),
  }),
);

/** As the API answers, in the formats `full` and `metadata`. */
export const Stored = z.object({
  id: z.string(),
  threadId: z.string(),
  labelIds: z.array(z.string()).optional(),
  snippet: z.string().optional(),
  internalDate: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
  payload: Payload.optional(),
});

/** What a list or an event tells of a message. */
export const Summary = z.object({
  id: z.string(),
  threadId: z.string(),
  labelIds: z.array(z.string()),
  from: z.string().nullable(),
  fromAddress: z.string().nullable().describe("The sender's plain address; null where it is not plainly one."),
  to: z.string().nullable(),
  subject: z.string().nullable(),
  date: z.string().nullable().describe("As the sender wrote it."),
  receivedAt: z.string().nullable().describe("When Gmail got it."),
  snippet: z.string(),
});

export const AttachmentInfo = z.object({
  attachmentId: z.string(),
  filename: z.string(),
  mimeType: z.string(),
  size: z.int(),
});

export const Message = Summary.extend({
  cc: z.string().nullable(),
  replyTo: z.string().nullable(),
  messageId: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  attachments: z.array(AttachmentInfo),
});

/** The headers that summaries are made of. */
export const SUMMARY_HEADERS = ["From", "To", "Subject", "Date"];

export function headerOf(stored: z.output<typeof Stored>, name: string): string | null {
  const wanted = name.toLowerCase();
  return stored.payload?.headers?.find((header) => header.name.toLowerCase() === wanted)?.value ?? null;
}

export function summaryOf(stored: z.output<typeof Stored>): z.output<typeof Summary> {
  const from = headerOf(stored, "from");
  const received = stored.internalDate === undefined ? null : new Date(Number(stored.internalDate));
  return {
    id: stored.id,
    threadId: stored.threadId,
    labelIds: stored.labelIds ?? [],
    from,
    fromAddress: addressOf(from),
    to: headerOf(stored, "to"),
    subject: headerOf(stored, "subject"),
    date: headerOf(stored, "date"),
    receivedAt: received === null || Number.isNaN(received.getTime()) ? null : received.toISOString(),
    snippet: stored.snippet ?? "",
  };
}

export function messageOf(stored: z.output<typeof Stored>): z.output<typeof Message> {
  const parts = flattened(stored.payload);
  return {
    ...summaryOf(stored),
    cc: headerOf(stored, "cc"),
    replyTo: headerOf(stored, "reply-to"),
    messageId: headerOf(stored, "message-id"),
    text: textOf(parts, "text/plain"),
    html: textOf(parts, "text/html"),
    attachments: parts.flatMap(({ filename = "", mimeType = "application/octet-stream", body }) =>
      body?.attachmentId === undefined
        ? []
        : [{ attachmentId: body.attachmentId, filename, mimeType, size: body.size ?? 0 }],
    ),
  };
}

/** All parts in the order of the message, without recursion and no more than a mail has. */
function flattened(payload: PayloadPart | undefined): readonly PayloadPart[] {
  const found: PayloadPart[] = [];
  const waiting = payload === undefined ? [] : [payload];
  while (waiting.length > 0 && found.length < PARTS_MAX) {
    const part = waiting.shift()!;
    found.push(part);
    waiting.unshift(...(part.parts ?? []));
  }
  return found;
}

/** The first body of a kind that is no attachment. Gmail gives text in UTF-8, whatever it was sent in. */
function textOf(parts: readonly PayloadPart[], mimeType: string): string | null {
  const part = parts.find(
    (each) => each.mimeType === mimeType && (each.filename ?? "") === "" && each.body?.data !== undefined,
  );
  return part?.body?.data === undefined ? null : Buffer.from(part.body.data, "base64url").toString("utf8");
}
