/** The mail server that takes what Steward writes to people. `adapters/smtp` implements it. */

export interface MailToSend {
  /** Names the message the same at every sending of it, so that a receiver may tell a second one. */
  readonly id: string;
  /** As `plainMailAddress` gives it. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly createdMs: number;
}

export interface MailSending {
  /** From the call to the server's last word. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked synchronously before the first command and again before the first byte of the message; false sends nothing. */
  readonly beforeFirstByte: () => boolean;
}

/**
 * What became of a message (R5). Messages name the mail server and its codes, never a recipient, and never its words.
 * - `accepted`: the server took it over.
 * - `refused`: Steward refused; the message did not leave.
 * - `unsent`: a known failure; not one byte of the message was handed to a connection.
 * - `rejected`: the server said no: for good (`permanent`), or for now.
 * - `unknown`: the message may have been taken, and no answer was read.
 */
export type MailAnswer =
  | {
      readonly kind: "accepted";
      readonly status: number;
      readonly bytes: number;
      /** Recipients of several that it was not taken for. */
      readonly refused?: readonly string[];
    }
  | {
      readonly kind: "refused";
      readonly code: "address_forbidden" | "cancelled" | "overloaded";
      readonly message: string;
    }
  | {
      readonly kind: "unsent";
      readonly code: "dns" | "connect" | "connect_timeout" | "tls" | "mail_sign_in" | "mail_deferred";
      readonly message: string;
    }
  | { readonly kind: "rejected"; readonly permanent: boolean; readonly status: number; readonly message: string }
  | {
      readonly kind: "unknown";
      readonly code: "timeout" | "reset" | "aborted" | "protocol";
      readonly message: string;
    };

export interface MailTransport {
  /** The server's, for the audit. */
  readonly host: string;
  /** Settles once and rejects only for a bug. Never sends a message twice. */
  send(message: MailToSend, sending: MailSending): Promise<MailAnswer>;
  /** Resets every connection now and ends what is in flight; later messages are sent again. */
  abortAll(reason: string): void;
  close(): Promise<void>;
}
