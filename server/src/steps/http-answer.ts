import type { HttpResult } from "../core/http-effect.ts";
import { unreachable } from "../core/invariant.ts";
import { parseJson } from "../core/parse-json.ts";
import type { Json } from "../core/json.ts";
import type { EffectOutcome, Retryable, StepOutcome } from "../core/step-kind.ts";

const EXCERPT_LENGTH_MAX = 1000;
const RETRY_AFTER_MS_MAX = 86_400_000;

/** Statuses by which a server says that the same request may succeed later (RFC 9110, RFC 6585, RFC 8470). */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the outcome of an HTTP request means to its step. */
export function concludeHttp(failOnStatus: boolean, outcome: EffectOutcome): StepOutcome {
  switch (outcome.kind) {
    case "done":
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gate gives `http.request` this result
      return concludeAnswer(failOnStatus, outcome.result as HttpResult);
    case "failed": {
      // Too large an answer to something that was done: sent again, it would be done twice.
      const retry = outcome.code === "response_too_large" ? "never" : "policy";
      return { kind: "fail", error: { code: outcome.code, message: outcome.message }, retry };
    }
    // Neither a refusal nor an unknown effect is covered by a retry policy (R5).
    case "refused":
    case "unknown":
      return { kind: "fail", error: { code: outcome.code, message: outcome.message }, retry: "never" };
    default:
      return unreachable(outcome);
  }
}

function concludeAnswer(failOnStatus: boolean, result: HttpResult): StepOutcome {
  const { status, headers } = result;
  if (failOnStatus && status >= 400) {
    const message = `the server answered with status ${status}; set input.failOnStatus to false to handle it in the flow`;
    const details = { status, body: result.body.slice(0, EXCERPT_LENGTH_MAX) };
    return { kind: "fail", error: { code: "http_status", message, details }, retry: retryOf(status, headers) };
  }
  const body = bodyOf(result);
  if (body.ok) return { kind: "output", output: { status, headers, body: body.value } };
  const message = `the server answered with status ${status} and a content type of JSON, but ${body.message}`;
  const details = { status, body: result.body.slice(0, EXCERPT_LENGTH_MAX) };
  return { kind: "fail", error: { code: "http_body_invalid", message, details }, retry: "never" };
}

/** The body as JSON when its content type says so, null when it is empty, else text (base64 when it is not text). */
function bodyOf(
  result: HttpResult,
): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string } {
  if (result.body === "") return { ok: true, value: null };
  if (result.encoding === "base64" || !isJsonType(result.headers["content-type"]))
    return { ok: true, value: result.body };
  return parseJson(result.body);
}

/** `application/json` and every type with the suffix `+json` (RFC 6839), parameters aside. */
function isJsonType(contentType: string | undefined): boolean {
  return /^\s*(?:application|text)\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i.test(contentType ?? "");
}

function retryOf(status: number, headers: HttpResult["headers"]): Retryable {
  if (!RETRYABLE.has(status) && status < 500) return "never";
  const afterMs = status === 429 || status === 503 ? retryAfterMs(headers) : null;
  return afterMs === null ? "policy" : { afterMs };
}

/** Retry-After in milliseconds (RFC 9110, 10.2.3), at most a day. A date counts from the server's own `date`, so clocks need not agree. */
function retryAfterMs(headers: HttpResult["headers"]): number | null {
  const value = headers["retry-after"]?.trim() ?? "";
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : httpDate(value) - httpDate(headers["date"]);
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : null;
}

/** Milliseconds of an HTTP-date in its one form that senders may use, else NaN. */
function httpDate(text: string | undefined): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text ?? "")
    ? Date.parse(text!)
    : Number.NaN;
}
