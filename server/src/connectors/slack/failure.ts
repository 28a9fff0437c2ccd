import type { ConnectorAnswer, ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { retryAfter, shortMessage, statusFailure } from "../status-failure.ts";

const Refusal = z.object({
  ok: z.literal(false),
  error: z.string().catch("unknown_error"),
  needed: z.string().optional().catch(undefined),
  retry_after: z.number().min(0).max(86_400).optional().catch(undefined),
  response_metadata: z
    .object({ messages: z.array(z.string()) })
    .optional()
    .catch(undefined),
});

/** Slack's error codes by what they mean; what is not here is refused for good. */
const KINDS: Readonly<Record<string, ProviderFailure["kind"]>> = {
  ...kindOf("reauth_required", [
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
    "user_removed_from_team",
  ]),
  ...kindOf("not_available", [
    "access_denied",
    "accesslimited",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_in_channel",
    "org_login_required",
    "restricted_action",
    "team_access_not_granted",
    "two_factor_setup_required",
  ]),
  ...kindOf("not_found", [
    "channel_not_found",
    "file_not_found",
    "message_not_found",
    "thread_not_found",
    "user_not_found",
    "users_not_found",
  ]),
  ...kindOf("rate_limited", ["ratelimited", "rate_limited", "message_limit_exceeded"]),
  ...kindOf("unavailable", [
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
  ]),
};

function kindOf(kind: ProviderFailure["kind"], codes: readonly string[]): Record<string, ProviderFailure["kind"]> {
  return Object.fromEntries(codes.map((code) => [code, kind]));
}

/** Slack says most of its refusals with status 200 and `ok: false`; a limit comes as 429 with `Retry-After`. */
export function slackFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const refusal = Refusal.safeParse(answer.body);
  if (!refusal.success) return statusFailure(answer);
  const { error, needed, retry_after, response_metadata } = refusal.data;
  const message = shortMessage(
    [error, needed === undefined ? "" : `needs ${needed}`, ...(response_metadata?.messages ?? [])]
      .filter((part) => part !== "")
      .join("; "),
  );
  const said = statusFailure(answer, message);
  const kind = Object.hasOwn(KINDS, error) ? KINDS[error] : said?.kind;
  const pause = retry_after === undefined ? {} : { retryAfterMs: Math.ceil(retry_after * 1000) };
  return { kind: kind ?? "rejected", message, ...pause, ...retryAfter(answer) };
}
