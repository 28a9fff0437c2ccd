/** `fetch` as the OAuth library calls it, over the one way out. */
import type { Egress, EgressAnswer } from "../../core/ports/egress.ts";
import type { OAuthCall } from "../../core/ports/oauth.ts";
import { tidyAnswer } from "./tidy-answer.ts";

const TIMEOUT_MS = 15_000;
const BODY_BYTES_MAX = 262_144;
const AGAIN_MS_MAX = 3_600_000;

/** Nobody could say: the provider did not answer, can't just now, or answered what is no answer. */
export class Unavailable extends Error {
  readonly code: string;
  readonly retryAfterMs: number | null;

  constructor(code: string, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = "Unavailable";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One request; what comes back is a tidy answer. Rejects with `Unavailable`. */
export async function fetchByEgress(egress: Egress, call: OAuthCall, url: string, sent: Sent): Promise<Response> {
  const { hostname } = new URL(url);
  const answer = await egress.request({
    method: sent.method,
    url,
    ...bodyOf(call, sent),
    timeoutMs: TIMEOUT_MS,
    responseBytesMax: BODY_BYTES_MAX,
    redirectsMax: 0,
    hosts: [hostname.replace(/^\[(.*)\]$/, "$1")],
    secretHeaders: ["authorization"],
    signal: call.signal,
    partition: call.partition,
    ...(call.beforeFirstByte && { beforeFirstByte: call.beforeFirstByte }),
  });
  return responseOf(answer);
}

/** Notion reads JSON alone; all others read the form of RFC 6749. */
function bodyOf(
  { server: { asks } }: OAuthCall,
  { headers, body }: Sent,
): { readonly headers: [string, string][]; readonly body: string | null } {
  const plain = Object.entries(headers);
  if (!(body instanceof URLSearchParams)) return { headers: plain, body: null };
  if (asks !== "json") return { headers: plain, body: body.toString() };
  const others = plain.filter(([name]) => name.toLowerCase() !== "content-type");
  return {
    headers: [...others, ["content-type", "application/json"]],
    body: JSON.stringify(Object.fromEntries(body)),
  };
}

/** A status of trouble is nobody's word on a token: not what is in its body either. */
function responseOf(answer: EgressAnswer): Response {
  if (answer.kind === "too_large") throw new Unavailable("garbage", "the provider answers more than tokens");
  if (answer.kind !== "answer") throw new Unavailable(answer.code, answer.message);
  const { status, headers, body } = answer;
  if (status === 429 || status >= 500 || status === 408)
    throw new Unavailable(
      status === 429 ? "rate_limited" : "unavailable",
      `the provider answers ${status}`,
      retryAfter(headers),
    );
  const tidy = tidyAnswer(status, Buffer.from(body).toString("utf8"));
  if (status === 200 && body.byteLength === 0) return new Response(null, { status });
  if (tidy === null || (status >= 300 && status < 400))
    throw new Unavailable("garbage", `the provider answers ${status} with what is no answer of OAuth`);
  return Response.json(tidy.fields, { status: tidy.status });
}

/** Seconds only: a date would be of the provider's clock. */
function retryAfter(headers: readonly (readonly [string, string])[]): number | null {
  const value = headers.find(([name]) => name === "retry-after")?.[1] ?? "";
  return /^\d{1,9}$/.test(value) ? Math.min(Number(value) * 1000, AGAIN_MS_MAX) : null;
}
