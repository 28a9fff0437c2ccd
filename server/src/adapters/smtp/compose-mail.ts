import MailComposer from "nodemailer/lib/mail-composer";
import { invariant } from "../../core/invariant.ts";
import { plainMailAddress } from "../../core/mail-address.ts";
import type { MailToSend } from "../../core/ports/mail-transport.ts";

const MESSAGE_BYTES_MAX = 256 * 1024;

/**
 * A message as it goes over the wire (RFC 5322, MIME): one recipient, text and HTML, nothing attached or loaded. Every
 * field is text and checked to be, for the library would take an object for a file to read or an address to fetch.
 */
export async function composeMail(from: string, message: MailToSend): Promise<Buffer> {
  const { id, to, subject, text, html, createdMs } = message;
  for (const each of [from, id, to, subject, text, html])
    invariant(typeof each === "string", "a mail's fields are text");
  invariant(plainMailAddress(to) === to, "a mail goes to one plain address");
  invariant(/^[\w-]{1,100}$/.test(id), "a message's id is a word");
  invariant(!/\p{Cc}/u.test(subject), "a subject is one line");
  const composer = new MailComposer({
    from: { name: "Steward", address: from },
    to: { name: "", address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    date: new Date(createdMs),
    // RFC 3834: nobody's absence notice shall answer it.
    headers: { "Auto-Submitted": "auto-generated" },
    xMailer: false,
    newline: "\r\n",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bytes = await composer.compile().build();
  invariant(bytes.length <= MESSAGE_BYTES_MAX, `a mail is at most ${MESSAGE_BYTES_MAX} bytes`);
  return bytes;
}
