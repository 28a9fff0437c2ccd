import type { ConnectorAnswer, ProviderFailure } from "@steward/sdk";

const MESSAGE_CHARACTERS_MAX = 300;

/** The provider's words on one line, and not too many of them. */
export function shortMessage(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length <= MESSAGE_CHARACTERS_MAX ? line : `${line.slice(0, MESSAGE_CHARACTERS_MAX - 1).toWellFormed()}…`;
}

/** When to come back, by `Retry-After` of RFC 9110: seconds, or a date. Nothing where it says neither. */
export function retryAfter(answer: ConnectorAnswer): Pick<ProviderFailure, "retryAfterMs" | "retryAtSeconds"> {
  const text = answer.headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return { retryAfterMs: Number(text) * 1000 };
  const atMs = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? {} : { retryAtSeconds: Math.floor(atMs / 1000) };
}

/** What HTTP alone says of an answer, with the provider's message where it gave one; null for 2xx. */
export function statusFailure(answer: ConnectorAnswer, message?: string): ProviderFailure | null {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  return { kind: kindOf(status), message: shortMessage(message ?? `HTTP status ${status}`), ...retryAfter(answer) };
}

function kindOf(status: number): ProviderFailure["kind"] {
  if (status === 401) return "reauth_required";
  if (status === 403) return "not_available";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  if (status === 408 || status >= 500) return "unavailable";
  return "rejected";
}
