/** Mail by servers of projects' own. `adapters/smtp` implements it. */
import type { SmtpServer } from "../smtp-url.ts";
import type { MailAnswer, MailSending } from "./mail-transport.ts";

export interface Attachment {
  readonly name: string;
  /** `application/pdf` */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Every address is as `plainMailAddress` gives it; names and the subject are one line each. */
export interface OwnMail {
  /** Names the message the same at every sending of it: a word. */
  readonly id: string;
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly Attachment[];
  readonly createdMs: number;
}

export interface OwnSending extends MailSending {
  /** A project's id: each has a share of what is sent at once. */
  readonly partition: string;
}

export interface SmtpClient {
  /** Settles once and rejects only for a bug. Never sends a message twice. */
  send(server: SmtpServer, mail: OwnMail, sending: OwnSending): Promise<MailAnswer>;
  /** Asks the server to let the user in, and sends nothing; `accepted` where it does. */
  signIn(server: SmtpServer, sending: OwnSending): Promise<MailAnswer>;
  /** Resets every connection now and ends what is in flight; later messages are sent again. */
  abortAll(reason: string): void;
  close(): Promise<void>;
}
