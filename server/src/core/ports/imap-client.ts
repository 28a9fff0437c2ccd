/** Mailboxes of projects' own. `adapters/imap` implements it. */
import type { ImapServer } from "../imap-url.ts";
import type { JsonObject } from "../json.ts";
import type { OwnMail } from "./smtp-client.ts";

/** Which mails, by number; `uidValidity` says of which numbering, null of whichever there is. */
export interface MailsAt {
  readonly folder: string;
  readonly uids: readonly number[];
  readonly uidValidity: string | null;
}

export interface MailCriteria {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly messageId?: string | undefined;
  /** Days: 2026-11-02. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly seen?: boolean | undefined;
  readonly flagged?: boolean | undefined;
}

/** How far a folder was looked through. */
export interface SeenUntil {
  readonly uidValidity: string;
  readonly uid: number;
}

/** What is asked of a mailbox. Those that write do so by one last command, but `mark`, which may be done again. */
export type ImapTask =
  | { readonly does: "enter" }
  | { readonly does: "list" }
  | {
      readonly does: "search";
      readonly folder: string;
      readonly criteria: MailCriteria;
      readonly limit: number;
      /** Numbers below this alone. */
      readonly below: number | null;
    }
  | { readonly does: "read"; readonly at: MailsAt }
  | { readonly does: "attachment"; readonly at: MailsAt; readonly part: string; readonly bytesMax: number }
  | { readonly does: "move"; readonly at: MailsAt; readonly to: string }
  | { readonly does: "mark"; readonly at: MailsAt; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly does: "delete"; readonly at: MailsAt }
  | { readonly does: "append"; readonly folder: string; readonly mail: OwnMail; readonly flags: readonly string[] }
  /** Null: only how far it goes by now. */
  | { readonly does: "new"; readonly folder: string; readonly since: SeenUntil | null; readonly limit: number };

export interface ImapAsking {
  readonly server: ImapServer;
  readonly user: string;
  readonly password: string;
  readonly task: ImapTask;
  /** A project's id: each has a share of what is asked at once. */
  readonly partition: string;
  /** From the call to the server's last word. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked synchronously before the first byte leaves, and again before a command that writes does; false sends nothing. */
  readonly beforeFirstByte: () => boolean;
}

/**
 * What became of it (R5). Messages name the server and may quote its words, never the user or the password.
 * - `answer`: it was done.
 * - `refused`: Steward refused, or the server doesn't let the user in; nothing happened.
 * - `failed`: a known failure; nothing was changed.
 * - `unknown`: the connection was lost after a command that writes had left.
 */
export type ImapAnswer =
  | { readonly kind: "answer"; readonly result: JsonObject }
  | {
      readonly kind: "refused";
      readonly code: "address_forbidden" | "port_forbidden" | "cancelled" | "mail_sign_in";
      readonly message: string;
    }
  | {
      readonly kind: "failed";
      readonly code:
        | "overloaded"
        | "dns"
        | "connect"
        | "connect_timeout"
        | "tls"
        | "timeout"
        | "reset"
        | "protocol"
        | "response_too_large"
        | "provider_not_found"
        | "provider_rejected";
      readonly message: string;
    }
  | { readonly kind: "unknown"; readonly code: "timeout" | "reset" | "aborted"; readonly message: string };

export interface ImapClient {
  /** Settles once and rejects only for a bug. Nothing is asked twice. */
  perform(asking: ImapAsking): Promise<ImapAnswer>;
  /** Breaks every connection now and ends what is in flight; later tasks are done again. */
  abortAll(reason: string): void;
  close(): Promise<void>;
}
