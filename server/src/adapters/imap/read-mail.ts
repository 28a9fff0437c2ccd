/** Mails as they are shown: who, what, when, and their parts. */
import type { FetchMessageObject, ImapFlow, MessageAddressObject, MessageStructureObject } from "imapflow";
import type { JsonObject } from "../../core/json.ts";
import { no } from "./task-failure.ts";

export const SUMMARY_FIELDS = { uid: true, envelope: true, flags: true, size: true, internalDate: true } as const;

/** Of a text, in characters; the rest is cut. */
const TEXT_MAX = 1_000_000;
const HEADERS_MAX = 200;
const HEADER_CHARACTERS_MAX = 4_000;
const PARTS_MAX = 200;
const DEPTH_MAX = 20;
const PEOPLE_MAX = 200;
const LINE_MAX = 2_000;
const CHUNK_BYTES = 1_000_000;

export function summaryOf(mail: FetchMessageObject): JsonObject {
  const { envelope: head = {} } = mail;
  return {
    uid: mail.uid,
    from: peopleOf(head.from),
    to: peopleOf(head.to),
    subject: lineOf(head.subject),
    date: timeOf(head.date),
    receivedAt: timeOf(mail.internalDate),
    messageId: head.messageId === undefined ? null : lineOf(head.messageId),
    flags: [...(mail.flags ?? [])].slice(0, 100),
    size: mail.size ?? 0,
  };
}

function peopleOf(people: readonly MessageAddressObject[] | undefined): JsonObject[] {
  return (people ?? [])
    .slice(0, PEOPLE_MAX)
    .map(({ name, address }) => ({ name: lineOf(name), address: lineOf(address) }));
}

function lineOf(text: string | undefined): string {
  return (text ?? "").slice(0, LINE_MAX).toWellFormed();
}

function timeOf(time: Date | string | undefined): string | null {
  const date = typeof time === "string" ? new Date(time) : time;
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** A mail with its texts. Its marks stay as they are. */
export async function readMail(client: ImapFlow, uid: number): Promise<JsonObject> {
  const asked = { ...SUMMARY_FIELDS, bodyStructure: true, headers: true };
  const mail = await client.fetchOne(String(uid), asked, { uid: true });
  if (!mail) throw no("provider_not_found", "there is no such mail in that folder");
  const parts = mail.bodyStructure === undefined ? [] : leavesOf(mail.bodyStructure);
  const text = parts.find((part) => isText(part, "text/plain"));
  const html = parts.find((part) => isText(part, "text/html"));
  const read = async (part: MessageStructureObject | undefined): Promise<string | null> =>
    part === undefined ? null : await readText(client, uid, part);
  const [plain, marked] = [await read(text), await read(html)];
  const { envelope: head = {} } = mail;
  return {
    ...summaryOf(mail),
    cc: peopleOf(head.cc),
    replyTo: peopleOf(head.replyTo),
    inReplyTo: head.inReplyTo === undefined ? null : lineOf(head.inReplyTo),
    headers: headersOf(mail.headers),
    text: plain?.slice(0, TEXT_MAX).toWellFormed() ?? null,
    html: marked?.slice(0, TEXT_MAX).toWellFormed() ?? null,
    truncated: [plain, marked].some((one) => (one?.length ?? 0) > TEXT_MAX),
    attachments: parts
      .filter((part) => part !== text && part !== html)
      .map((part) => ({ part: part.part ?? "1", name: nameOf(part), type: part.type, size: part.size ?? 0 })),
  };
}

/** What a mail is made of, in order. A mail within it is one part. */
function leavesOf(node: MessageStructureObject, depth = 0): MessageStructureObject[] {
  const children = node.type === "message/rfc822" || depth >= DEPTH_MAX ? [] : (node.childNodes ?? []);
  if (children.length === 0) return node.type.startsWith("multipart/") ? [] : [node];
  return children.flatMap((child) => leavesOf(child, depth + 1)).slice(0, PARTS_MAX);
}

function isText({ type, disposition }: MessageStructureObject, wanted: string): boolean {
  return type.toLowerCase() === wanted && disposition?.toLowerCase() !== "attachment";
}

function nameOf({ dispositionParameters, parameters }: MessageStructureObject): string {
  return lineOf(dispositionParameters?.["filename"] ?? parameters?.["name"]).replaceAll(/\p{Cc}/gu, "");
}

async function readText(client: ImapFlow, uid: number, { part = "1" }: MessageStructureObject): Promise<string> {
  // Four bytes a character at most, and one more that tells that there is more.
  const bytes = await download(client, uid, part, TEXT_MAX * 4 + 4);
  return bytes.toString("utf8");
}

/** A part's bytes, decoded. Texts come as UTF-8. */
async function download(client: ImapFlow, uid: number, part: string, bytesMax: number): Promise<Buffer> {
  const got = await client.download(String(uid), part, { uid: true, maxBytes: bytesMax, chunkSize: CHUNK_BYTES });
  if (got.content === undefined)
    throw no("provider_not_found", "there is no such mail in that folder, or no such part of it");
  const pieces: Buffer[] = [];
  for await (const piece of got.content) if (Buffer.isBuffer(piece)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function readAttachment(
  client: ImapFlow,
  uid: number,
  part: string,
  bytesMax: number,
): Promise<JsonObject> {
  const mail = await client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true });
  if (!mail) throw no("provider_not_found", "there is no such mail in that folder");
  const parts = mail.bodyStructure === undefined ? [] : leavesOf(mail.bodyStructure);
  const found = parts.find((one) => (one.part ?? "1") === part);
  if (found === undefined) throw no("provider_not_found", "the mail has no such part");
  const bytes = await download(client, uid, part, bytesMax + 1);
  if (bytes.length > bytesMax) throw no("response_too_large", `it is larger than ${bytesMax / 1_000_000} MB`);
  return {
    name: nameOf(found),
    type: found.type,
    content: bytes.toString("base64"),
  };
}

/** Unfolded (RFC 5322, 2.2.3), as they stand: an encoded word stays one. */
function headersOf(block: Buffer | undefined): JsonObject {
  const lines = (block?.toString("utf8") ?? "").replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ""] = /^([\x21-\x39\x3b-\x7e]{1,100}):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || headers.size >= HEADERS_MAX) continue;
    const key = name.toLowerCase();
    const before = headers.get(key);
    const whole = before === undefined ? value : `${before}\n${value}`;
    headers.set(key, whole.slice(0, HEADER_CHARACTERS_MAX).toWellFormed());
  }
  return Object.fromEntries(headers);
}
