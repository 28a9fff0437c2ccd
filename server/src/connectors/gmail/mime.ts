/**
 * Writes a mail message as RFC 5322 and MIME have it: ASCII, lines of at most 78 characters, each body in base64. Whatever
 * a text holds, it can't begin another header: what is no printable ASCII leaves as an encoded word (RFC 2047), and
 * addresses and message ids pass only in their plain forms.
 */
import { MailAddress } from "./address.ts";

const LINE_CHARACTERS_MAX = 76;
/** Bytes of an encoded word: with `=?UTF-8?B?` and `?=` around them, and `Subject: ` before, one line. */
const WORD_BYTES_MAX = 39;
/** Units of a file's name on a line, each of up to three characters. */
const NAME_UNITS_MAX = 16;
const REFERENCES_MAX = 20;

export interface Attachment {
  readonly filename: string;
  readonly mimeType: string;
  /** In base64. */
  readonly content: string;
}

export interface MailText {
  readonly from?: string | undefined;
  readonly to: readonly string[];
  readonly cc?: readonly string[] | undefined;
  readonly bcc?: readonly string[] | undefined;
  readonly replyTo?: string | undefined;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** The Message-ID of the message that it answers, and what that one referred to. */
  readonly inReplyTo?: string | undefined;
  readonly references?: readonly string[] | undefined;
}

interface Part {
  readonly headers: readonly string[];
  readonly body: string;
}

/** The message in base64url, as Gmail's `raw` takes it. */
export function rawMessage(mail: MailText): string {
  const content = withAttachments(bodyOf(mail), mail.attachments ?? []);
  const headers = [
    ...addresses("From", mail.from === undefined ? [] : [mail.from]),
    ...addresses("To", mail.to),
    ...addresses("Cc", mail.cc ?? []),
    ...addresses("Bcc", mail.bcc ?? []),
    ...addresses("Reply-To", mail.replyTo === undefined ? [] : [mail.replyTo]),
    `Subject: ${headerText(mail.subject)}`,
    ...ids("In-Reply-To", mail.inReplyTo === undefined ? [] : [mail.inReplyTo]),
    ...ids("References", mail.references ?? []),
    "MIME-Version: 1.0",
  ];
  return Buffer.from([...headers, ...content.headers, "", content.body].join("\r\n"), "latin1").toString("base64url");
}

/** Text of a header: as it is where it is plain and short, else in encoded words, each whole in itself. */
export function headerText(text: string): string {
  const line = text.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  if (/^[\x21-\x7e](?:[\x20-\x7e]{0,58}[\x21-\x7e])?$/.test(line) && !line.includes("=?")) return line;
  const words: string[] = [];
  let word = "";
  for (const character of line) {
    if (Buffer.byteLength(word + character) > WORD_BYTES_MAX) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  if (word !== "") words.push(word);
  return words.map((each) => `=?UTF-8?B?${Buffer.from(each).toString("base64")}?=`).join("\r\n ");
}

/** The message ids of a header that another's mail brought: `<left@right>` and nothing else, the newest of them. */
export function messageIds(header: string | null): readonly string[] {
  return (header?.match(/<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>/g) ?? []).slice(-REFERENCES_MAX);
}

function addresses(name: string, list: readonly string[]): string[] {
  return list.length === 0 ? [] : [`${name}: ${list.map((each) => MailAddress.parse(each)).join(",\r\n ")}`];
}

function ids(name: string, list: readonly string[]): string[] {
  const safe = list.flatMap((each) => messageIds(each));
  return safe.length === 0 ? [] : [`${name}: ${safe.slice(-REFERENCES_MAX).join("\r\n ")}`];
}

function bodyOf({ text, html }: MailText): Part {
  const parts: Part[] = [];
  if (text !== undefined || html === undefined) parts.push(textPart("plain", text ?? ""));
  if (html !== undefined) parts.push(textPart("html", html));
  return joined("alternative", parts);
}

function withAttachments(body: Part, attachments: readonly Attachment[]): Part {
  return joined("mixed", [body, ...attachments.map((each) => attachmentPart(each))]);
}

function textPart(kind: "plain" | "html", text: string): Part {
  const lines = text.toWellFormed().replaceAll(/\r\n?|\n/g, "\r\n");
  return {
    headers: [`Content-Type: text/${kind}; charset=utf-8`, "Content-Transfer-Encoding: base64"],
    body: wrapped(Buffer.from(lines).toString("base64")),
  };
}

function attachmentPart({ filename, mimeType, content }: Attachment): Part {
  if (!/^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,60}$/i.test(mimeType)) throw new TypeError("no media type");
  return {
    headers: [
      `Content-Type: ${mimeType}`,
      "Content-Transfer-Encoding: base64",
      `Content-Disposition: attachment;\r\n ${fileName(filename)}`,
    ],
    body: wrapped(Buffer.from(content, "base64").toString("base64")),
  };
}

/** Plain names in quotes, all others as RFC 2231 has them, in pieces that fit a line. */
function fileName(name: string): string {
  const clean = name.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}/\\]+/gu, "_");
  if (/^[A-Za-z0-9 ._()-]{1,60}$/.test(clean)) return `filename="${clean}"`;
  const encoded = encodeURIComponent(clean).replaceAll(
    /[*'()!~]/g,
    (sign) => `%${sign.codePointAt(0)?.toString(16).toUpperCase()}`,
  );
  const pieces = encoded.match(new RegExp(`(?:%[0-9A-F]{2}|[^%]){1,${NAME_UNITS_MAX}}`, "g")) ?? ["file"];
  return pieces.map((piece, n) => `filename*${n}*=${n === 0 ? "UTF-8''" : ""}${piece}`).join(";\r\n ");
}

/** One part stays as it is. No line of base64 can be the boundary, since it holds `_`. */
function joined(kind: "alternative" | "mixed", parts: readonly Part[]): Part {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const boundary = `=_${kind}_=`;
  const bodies = parts.map(({ headers, body }) => [`--${boundary}`, ...headers, "", body].join("\r\n"));
  return {
    headers: [`Content-Type: multipart/${kind}; boundary="${boundary}"`],
    body: [...bodies, `--${boundary}--`, ""].join("\r\n"),
  };
}

function wrapped(base64: string): string {
  return (base64.match(new RegExp(`.{1,${LINE_CHARACTERS_MAX}}`, "g")) ?? [""]).join("\r\n");
}
