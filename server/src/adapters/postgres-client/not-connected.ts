import type { Target } from "../../core/egress/judge-url.ts";
import { sqlState } from "../../core/ports/database.ts";
import type { PostgresAnswer } from "../../core/ports/postgres-client.ts";
import { codeOf, messageOf } from "../../core/thrown.ts";

type NoAnswer = Exclude<PostgresAnswer, { readonly kind: "answer" | "unknown" }>;

/** Classes and codes of errors that say that this user has no way in (PostgreSQL documentation, appendix A). */
const SIGN_IN = /^(?:28|3D000|42501)/;

/**
 * Why there is no connection. The server's words are passed on for its own refusals alone, which name user and database
 * and never a password.
 */
export function notConnected({ host, port }: Target, error: unknown): NoAnswer {
  const where = `${host} (port ${port})`;
  const state = sqlState(error);
  if (state !== null && SIGN_IN.test(state))
    return { kind: "refused", code: "sql_sign_in", message: `${where} does not let the user in: ${short(error)}` };
  if (state !== null)
    return {
      kind: "failed",
      code: "sql_unavailable",
      message: `${where} takes no statement now: ${short(error)} (${state})`,
    };
  const message = messageOf(error);
  if (/does not support SSL|establishing an SSL/.test(message))
    return { kind: "refused", code: "tls", message: `${where} offers no TLS, and nothing is sent without` };
  if (/SASL|SCRAM|password must be a string|authentication/i.test(message))
    return {
      kind: "refused",
      code: "sql_sign_in",
      message: `${where} asks to sign in in a way that is not known, or wrongly`,
    };
  const code = codeOf(error) ?? "";
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER|CHAIN|ALTNAME/.test(code))
    return { kind: "failed", code: "tls", message: `no secure connection to ${where}: ${code}` };
  if (code === "ETIMEDOUT" || /timeout/.test(message))
    return { kind: "failed", code: "connect_timeout", message: `${where} did not answer in time` };
  return { kind: "failed", code: "connect", message: `no connection to ${where}: ${code || "it was closed"}` };
}

function short(error: unknown): string {
  return messageOf(error)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .slice(0, 200)
    .toWellFormed();
}
