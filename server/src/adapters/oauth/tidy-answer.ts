/** Providers' answers of the token endpoint in the form of RFC 6749, as far as they mean that. */
import { z } from "zod";

const Text = z.string().max(16_384);

/** The fields that are read. What is beside them, an id_token above all, is nobody's business here: `whoami` says whose account it is. */
const Fields = z.object({
  access_token: Text.optional().catch(undefined),
  token_type: Text.optional().catch(undefined),
  expires_in: z.coerce.number().nonnegative().optional().catch(undefined),
  refresh_token: Text.min(1).optional().catch(undefined),
  scope: z
    .union([Text, z.array(Text).max(1000)])
    .optional()
    .catch(undefined),
  error: Text.min(1).optional().catch(undefined),
  ok: z.boolean().optional().catch(undefined),
  device_code: Text.optional().catch(undefined),
  user_code: Text.optional().catch(undefined),
  verification_uri: Text.optional().catch(undefined),
  verification_url: Text.optional().catch(undefined),
  verification_uri_complete: Text.optional().catch(undefined),
  interval: z.coerce.number().nonnegative().optional().catch(undefined),
});

/** Seconds in ten years: nothing is said to last longer. */
const SECONDS_MAX = 315_360_000;

export interface TidyAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string | number>>;
}

/**
 * An answer whose body is JSON or a form, as the library reads it: `bearer` where no kind is named or it is Slack's `bot`, scopes as one
 * text, an error that came with 200 (GitHub, Slack) as the 400 that it is. Null for what is neither.
 */
export function tidyAnswer(status: number, body: string): TidyAnswer | null {
  const given = Fields.safeParse(readBody(body));
  if (!given.success) return null;
  const { ok, token_type: type, scope, verification_url: older, expires_in: life, ...rest } = given.data;
  const failed = rest.error !== undefined || ok === false;
  const fields: Record<string, string | number | undefined> = {
    ...rest,
    verification_uri: rest.verification_uri ?? older,
    ...(rest.access_token === undefined ? {} : { token_type: kindOf(type) }),
    ...(scope === undefined || rest.access_token === undefined
      ? {}
      : { scope: Array.isArray(scope) ? scope.join(" ") : scope }),
    ...(life === undefined ? {} : { expires_in: Math.min(life, SECONDS_MAX) }),
    ...(failed ? { error: rest.error ?? "refused" } : {}),
  };
  const known = Object.entries(fields).filter((field): field is [string, string | number] => field[1] !== undefined);
  return { status: failed && status < 400 ? 400 : status, fields: Object.fromEntries(known) };
}

function kindOf(type: string | undefined): string {
  const kind = type?.toLowerCase() ?? "";
  return kind === "" || kind === "bot" || kind === "user" ? "bearer" : kind;
}

function readBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^[\w.~%+-]+=[^\s<>{}]*$/.test(body.trim()) ? Object.fromEntries(new URLSearchParams(body.trim())) : null;
  }
}
