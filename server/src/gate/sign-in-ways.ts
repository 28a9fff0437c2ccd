/** How each protocol's server is asked to let somebody in: the least that it has, and nothing is changed by it. */
import { parseImapUrl } from "../core/imap-url.ts";
import type { ImapClient } from "../core/ports/imap-client.ts";
import type { PostgresClient } from "../core/ports/postgres-client.ts";
import type { SmtpClient } from "../core/ports/smtp-client.ts";
import { parsePostgresUrl } from "../core/postgres-url.ts";
import { parseSmtpUrl } from "../core/smtp-url.ts";
import type { SignedIn, SigningIn, SignInWays } from "./sign-in.ts";

export interface SignInParts {
  readonly databases: PostgresClient;
  readonly mail: SmtpClient;
  readonly mailboxes: ImapClient;
}

export function signInWays({ databases, mail, mailboxes }: SignInParts): SignInWays {
  return {
    postgres: (asked) => intoPostgres(databases, asked),
    smtp: (asked) => intoSmtp(mail, asked),
    imap: (asked) => intoImap(mailboxes, asked),
  };
}

const NO_ADDRESS: SignedIn = {
  kind: "unclear",
  code: "url_invalid",
  message: "the connection's address can't be read",
};

async function intoPostgres(client: PostgresClient, { address, ...asked }: SigningIn): Promise<SignedIn> {
  const server = parsePostgresUrl(address);
  if (server === null) return NO_ADDRESS;
  const statement = { text: "select 1", values: [], rowsMax: 1, bytesMax: 10_000 };
  const answer = await client.query({ ...asked, server, statement, mode: "read", beforeFirstByte: () => true });
  if (answer.kind === "answer") return { kind: "in", message: "The database let the role in, and answered a query." };
  return { kind: answer.code === "sql_sign_in" ? "dead" : "unclear", code: answer.code, message: answer.message };
}

async function intoSmtp(
  client: SmtpClient,
  { address, user, password, timeoutMs, signal, partition }: SigningIn,
): Promise<SignedIn> {
  const server = parseSmtpUrl(address);
  if (server === null) return NO_ADDRESS;
  const answer = await client.signIn(
    { ...server, auth: { user, pass: password } },
    { timeoutMs, signal, partition, beforeFirstByte: () => true },
  );
  if (answer.kind === "accepted") return { kind: "in", message: "The mail server let the user in. Nothing was sent." };
  const code = answer.kind === "rejected" ? "mail_rejected" : answer.code;
  return { kind: code === "mail_sign_in" ? "dead" : "unclear", code, message: answer.message };
}

async function intoImap(
  client: ImapClient,
  { address, user, password, timeoutMs, signal, partition }: SigningIn,
): Promise<SignedIn> {
  const server = parseImapUrl(address);
  if (server === null) return NO_ADDRESS;
  const answer = await client.perform({
    server,
    user,
    password,
    task: { does: "enter" },
    partition,
    timeoutMs,
    signal,
    beforeFirstByte: () => true,
  });
  if (answer.kind === "answer") return { kind: "in", message: "The mailbox let the user in. Nothing was read." };
  return { kind: answer.code === "mail_sign_in" ? "dead" : "unclear", code: answer.code, message: answer.message };
}
