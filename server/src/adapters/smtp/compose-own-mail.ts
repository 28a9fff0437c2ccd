import MailComposer from "nodemailer/lib/mail-composer";
import { invariant } from "../../core/invariant.ts";
import { plainMailAddress } from "../../core/mail-address.ts";
import type { OwnMail } from "../../core/ports/smtp-client.ts";

/**
 * A project's message as it goes over the wire (RFC 5322, MIME). Who gets it unseen stands nowhere in it. Every field is
 * text or bytes and checked to be, for the library would take an object for a file to read or an address to fetch.
 */
export async function composeOwnMail(mail: OwnMail): Promise<Buffer> {
  const { id, from, fromName, to, cc, bcc, replyTo, subject, text, html, attachments, createdMs } = mail;
  for (const each of [from, ...to, ...cc, ...bcc, ...(replyTo === null ? [] : [replyTo])])
    invariant(plainMailAddress(each) === each, "a mail goes to plain addresses");
  invariant(/^[\w-]{1,100}$/.test(id), "a message's id is a word");
  for (const line of [fromName, subject, ...attachments.flatMap(({ name, type }) => [name, type])])
    invariant(typeof line === "string" && !/\p{Cc}/u.test(line), "a header is one line");
  for (const part of [text, html]) invariant(part === null || typeof part === "string", "a mail's parts are text");
  const composer = new MailComposer({
    from: { name: fromName, address: from },
    to: to.map(named),
    cc: cc.map(named),
    ...(replyTo === null ? {} : { replyTo: named(replyTo) }),
    subject,
    ...(text === null ? {} : { text }),
    ...(html === null ? {} : { html }),
    attachments: attachments.map(({ name, type, bytes }) => ({
      filename: name,
      contentType: type,
      content: Buffer.from(bytes),
    })),
    messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    date: new Date(createdMs),
    xMailer: false,
    newline: "\r\n",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

function named(address: string): { name: string; address: string } {
  return { name: "", address };
}
