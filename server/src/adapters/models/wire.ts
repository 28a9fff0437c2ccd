/** The one request of a model call, through the egress: what the provider libraries are given as `fetch`. */
import { invariant } from "../../core/invariant.ts";
import type { Egress, EgressAnswer } from "../../core/ports/egress.ts";
import type { EmbedRequest, GenerateRequest, ModelExchange } from "../../core/ports/models.ts";

const RESPONSE_BYTES_MAX = 10 * 1024 * 1024;

/** Answers that have no body (fetch standard, "null body status"). */
const BODILESS: ReadonlySet<number> = new Set([204, 205]);

type Complete = Extract<EgressAnswer, { readonly kind: "answer" }>;

export interface Wire {
  /** Works once. Rejects unless the answer is complete and 2xx; why is in `answer`. */
  readonly fetch: typeof globalThis.fetch;
  /** Null until the request was settled. */
  answer(): EgressAnswer | null;
  exchange(): ModelExchange;
}

/**
 * A wire for one call. The library never sees the key: it writes its own header without one, which is replaced as the
 * request leaves. Redirects are not followed.
 */
export function openWire(egress: Pick<Egress, "request">, request: GenerateRequest | EmbedRequest): Wire {
  let sent: string | null = null;
  let answer: EgressAnswer | null = null;
  return {
    async fetch(input, init) {
      invariant(sent === null, "a model call sends one request");
      invariant(typeof input === "string" && typeof init?.body === "string", "a model call posts text to a URL");
      invariant(input.startsWith(`${request.base}/`), "a model call stays below its base");
      sent = init.body;
      answer = await egress.request({
        method: "POST",
        url: input,
        headers: headersToSend(request, init.headers),
        body: sent,
        timeoutMs: request.timeoutMs,
        responseBytesMax: RESPONSE_BYTES_MAX,
        redirectsMax: 0,
        hosts: request.hosts,
        secretHeaders: request.secret === null ? [] : [request.secret.header],
        signal: request.signal,
        beforeFirstByte: request.beforeFirstByte,
        partition: request.partition,
      });
      if (answer.kind !== "answer" || !isSuccess(answer)) throw new Error("there is no answer to read");
      const { status, headers, body } = answer;
      return new Response(BODILESS.has(status) ? null : Uint8Array.from(body), {
        status,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
      });
    },
    answer: () => answer,
    exchange: () => ({ request: sent, response: answer?.kind === "answer" ? textOf(answer) : null }),
  };
}

export function isSuccess({ status }: Complete): boolean {
  return status >= 200 && status < 300;
}

/** The body as text, whatever it is: bytes that are no UTF-8 become U+FFFD. */
export function textOf({ body }: Complete): string {
  return new TextDecoder().decode(body);
}

const OWN: ReadonlySet<string> = new Set(["authorization", "x-api-key", "user-agent"]);

function headersToSend(
  { secret }: GenerateRequest | EmbedRequest,
  given: NonNullable<Parameters<typeof fetch>[1]>["headers"],
): [string, string][] {
  const headers = new Map([...new Headers(given)].filter(([name]) => !OWN.has(name)));
  if (secret !== null) headers.set(secret.header.toLowerCase(), secret.value);
  return [...headers];
}
