import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { newObject } from "../core/expression/value.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { Settled, Started } from "../engine/engine.ts";

/** What the caller of a webhook gets; `body` as it goes out, null for none. */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** `run_…`: for logs and metrics; the caller sees it where the body says so. */
  readonly run: string;
}

/**
 * On every answer: what a flow says is served from our origin, so it runs no script there and is never
 * taken for another type than it says.
 */
const GUARD = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" } as const;

/**
 * Headers a flow can't set: what frames the message or belongs to the connection (RFC 9110, 7.6.1),
 * what would act on our whole origin rather than on this answer, and the guard itself. They are left out.
 */
const NOT_OURS_TO_SET = new Set(
  `connection content-length content-encoding date expect host http2-settings keep-alive proxy-authenticate
  proxy-authentication-info proxy-connection server te trailer transfer-encoding upgrade via
  access-control-allow-credentials alt-svc clear-site-data content-security-policy
  content-security-policy-report-only nel origin-agent-cluster public-key-pins report-to reporting-endpoints
  service-worker-allowed set-cookie set-cookie2 sourcemap speculation-rules strict-transport-security
  www-authenticate x-content-type-options`.split(/\s+/),
);
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
/** Statuses whose answers have no body (RFC 9110, 6.4.1; 15.3.6). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * Answers for what became of the run: its reply, its output for `last`, 202 while it goes on. Throws
 * `run_failed` with `run` when it ended without a reply, and nothing of why.
 */
export function webhookAnswer(started: Started, reply: "accepted" | "last" | "step"): WebhookAnswer {
  const run = showId("run", started.run);
  const { settled } = started;
  if (settled === null || reply === "accepted") return accepted(run, 202);
  if (settled.status === "failed" || settled.status === "cancelled") {
    if (reply === "last" || settled.reply === null) throw runFailed(run, settled.status);
  }
  if (settled.reply !== null) return replied(run, settled.reply);
  if (settled.status !== "completed") return accepted(run, 202);
  return reply === "last" ? replied(run, { status: 200, headers: {}, body: settled.output }) : accepted(run, 200);
}

function accepted(run: string, status: number): WebhookAnswer {
  return { status, headers: { ...GUARD, "content-type": JSON_TYPE }, body: `{"run":"${run}"}`, run };
}

function runFailed(run: string, status: "failed" | "cancelled"): AppError {
  const what = status === "failed" ? "failed" : "was cancelled";
  return new AppError("run_failed", `the run ${run} ${what} before its reply`, { run });
}

const JSON_TYPE = "application/json; charset=utf-8";

function replied(run: string, reply: NonNullable<Settled["reply"]>): WebhookAnswer {
  const headers = newObject<string>();
  for (const [name, value] of Object.entries(reply.headers)) {
    const lower = name.toLowerCase();
    if (NAME.test(lower) && VALUE.test(value) && !NOT_OURS_TO_SET.has(lower) && lower !== "__proto__")
      headers[lower] = value;
  }
  const { type, body } = bodyOf(reply.body);
  const none = body === null || WITHOUT_BODY.has(reply.status);
  if (none) delete headers["content-type"];
  else headers["content-type"] ??= type;
  return { status: reply.status, headers: { ...headers, ...GUARD }, body: none ? null : body, run };
}

/** Text goes out as it is, `{ "$base64": … }` as the bytes it stands for, anything else as JSON. */
function bodyOf(value: Json | undefined): { readonly type: string; readonly body: string | Buffer | null } {
  if (value === undefined) return { type: "", body: null };
  if (typeof value === "string") return { type: "text/plain; charset=utf-8", body: value };
  if (isJsonObject(value) && typeof value["$base64"] === "string" && Object.keys(value).length === 1) {
    return { type: "application/octet-stream", body: Buffer.from(value["$base64"], "base64") };
  }
  return { type: JSON_TYPE, body: JSON.stringify(value) };
}
