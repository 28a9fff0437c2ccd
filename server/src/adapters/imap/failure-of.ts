import type { ImapServer } from "../../core/imap-url.ts";
import type { ImapAnswer } from "../../core/ports/imap-client.ts";
import { TaskFailure } from "./task-failure.ts";

/** What the library says of an error beside its message. */
interface Particulars {
  readonly code?: unknown;
  readonly authenticationFailed?: unknown;
  readonly tlsFailed?: unknown;
  readonly mailboxMissing?: unknown;
  readonly serverResponseCode?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
}

interface Met {
  readonly server: ImapServer;
  /** Whether the server had let the user in. */
  readonly entered: boolean;
  /** Whether a command that writes had left. */
  readonly wrote: boolean;
}

const WORDS_MAX = 200;
const TOO_LARGE = /^(?:Line|Literal|Response)TooLarge$/;

/** What an error of the library means to whoever asked (R5). */
export function failureOf(error: unknown, { server, entered, wrote }: Met): ImapAnswer {
  if (error instanceof TaskFailure) return error.answer;
  const known: Particulars = typeof error === "object" && error !== null ? error : {};
  const where = `${server.host} (port ${server.port})`;
  const code = typeof known.code === "string" ? known.code : "";
  // The server's own answer: whatever was asked was not done.
  if (known.authenticationFailed === true)
    return { kind: "refused", code: "mail_sign_in", message: `${where} does not accept the sign-in.` };
  if (
    known.mailboxMissing === true ||
    known.serverResponseCode === "NONEXISTENT" ||
    known.serverResponseCode === "TRYCREATE"
  )
    return { kind: "failed", code: "provider_not_found", message: "there is no such folder" };
  if (known.responseStatus === "NO" || known.responseStatus === "BAD")
    return { kind: "failed", code: "provider_rejected", message: `${where} says no${wordsOf(known)}` };
  if (wrote) return { kind: "unknown", code: "reset", message: `${where} took the command, and no answer was read.` };
  if (TOO_LARGE.test(code)) return { kind: "failed", code: "response_too_large", message: `${where} answers too much` };
  if (!entered && isTls(known, code))
    return { kind: "failed", code: "tls", message: `No secure connection to ${where}: ${code || "it offers none"}.` };
  if (code === "CONNECT_TIMEOUT" || code === "GREETING_TIMEOUT")
    return { kind: "failed", code: "connect_timeout", message: `${where} did not answer in time.` };
  const how = code === "" ? "it was closed" : code;
  if (!entered) return { kind: "failed", code: "connect", message: `No connection to ${where}: ${how}.` };
  return { kind: "failed", code: "reset", message: `${where} ended the connection: ${how}.` };
}

function wordsOf({ responseText }: Particulars): string {
  if (typeof responseText !== "string") return "";
  const line = responseText.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line === "" ? "" : `: ${line.slice(0, WORDS_MAX).toWellFormed()}`;
}

function isTls({ tlsFailed }: Particulars, code: string): boolean {
  return tlsFailed === true || /CERT|TLS|SSL|SIGNATURE|ISSUER|CHAIN|ALTNAME|SELF_SIGNED|EPROTO/i.test(code);
}
