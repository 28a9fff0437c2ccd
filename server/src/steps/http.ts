import { Slug } from "@steward/sdk";
import { z } from "zod";
import { judgeUrl } from "../core/egress/judge-url.ts";
import type { HttpArguments } from "../core/http-effect.ts";
import type { Json } from "../core/json.ts";
import type { EffectRequest, StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";
import { headersField } from "./headers-field.ts";
import { concludeHttp } from "./http-answer.ts";

const TIMEOUT_MS = 30_000;
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Methods that may be sent twice with the effect of once (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

const QueryValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const Input = z.strictObject({
  method: z
    .enum(METHODS, { error: `use one of ${METHODS.join(", ")}` })
    .default("GET")
    .describe("The HTTP method, in capitals."),
  url: z
    .string({ error: "give a URL; this field is missing, or its expression found no text" })
    .superRefine((url, context) => {
      const judged = judgeUrl(url);
      if (!judged.ok) context.addIssue({ code: "custom", message: judged.message });
    })
    .describe("An absolute http or https URL."),
  headers: headersField().default({}).describe("Headers by name. A secret belongs into a credential, not here."),
  query: z
    .record(z.string(), z.union([QueryValue, z.array(QueryValue)]), {
      error: 'give the query as { "name": value }; a value is text, a number, true, false, null or a list of these',
    })
    .default({})
    .describe("Added to the URL's query, safely encoded. A list repeats the name; null leaves it out."),
  body: anyJson()
    .optional()
    .describe("Text is sent as it is; an object, list, number, true or false as JSON; null sends nothing."),
  credential: Slug.optional().describe(
    "The slug of the credential that signs the request. It is added as the request leaves and never seen by the flow.",
  ),
  repeat: z
    .enum(["safe", "key", "never"], { error: "use safe, key or never" })
    .optional()
    .describe(
      "What happens when nobody can tell whether the request arrived. safe: it is sent again; key: sent again with the same Idempotency-Key header; never: the step's ifUnknown decides. By default safe for GET, HEAD, OPTIONS, PUT and DELETE, never for POST and PATCH.",
    ),
  failOnStatus: z.boolean().default(true).describe("Whether a status of 400 or more makes the step fail."),
});
type Input = z.output<typeof Input>;

/** Sends one HTTP request through the gate. */
export const http: StepKind<Input, { readonly timeoutMs: number }> = {
  kind: "http",
  title: "HTTP request",
  summary:
    "Sends an HTTP request. The output is { status, headers, body }; a JSON body is parsed. A status of 400 or more fails the step; its retry policy covers 408, 425, 429 and 5xx, and Retry-After is honoured.",
  schema: Input,
  example: {
    method: "POST",
    url: "https://api.example.com/orders",
    body: { id: "{{ trigger.body.id }}" },
    repeat: "key",
  },
  ports: () => ["out"],
  prepare: (step) => ({ timeoutMs: step.timeoutMs ?? TIMEOUT_MS }),
  run: (input, _context, prepared) => ({ kind: "effect", effect: requestOf(input, prepared.timeoutMs) }),
  conclude: (input, outcome) => concludeHttp(input.failOnStatus, outcome),
};

function requestOf(input: Input, timeoutMs: number): EffectRequest {
  const { text, mediaType } = bodyOf(input.body);
  const headers = { ...input.headers };
  if (mediaType !== null) headers["content-type"] ??= mediaType;
  const request: HttpArguments = { method: input.method, url: urlOf(input), headers, body: text };
  return {
    action: "http.request",
    arguments: request,
    credential: input.credential ?? null,
    repeat: input.repeat ?? (IDEMPOTENT.has(input.method) ? "safe" : "never"),
    timeoutMs,
  };
}

function bodyOf(body: Json | undefined): { readonly text: string | null; readonly mediaType: string | null } {
  if (body === undefined || body === null) return { text: null, mediaType: null };
  if (typeof body === "string") return { text: body, mediaType: "text/plain;charset=UTF-8" };
  return { text: JSON.stringify(body), mediaType: "application/json" };
}

/** The URL with the query added to its own. Each name and value is encoded whole, so that none can begin another. */
function urlOf(input: Input): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(input.query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) pairs.push(`${encode(name)}=${encode(String(one))}`);
    }
  }
  const url = new URL(input.url);
  url.hash = "";
  if (pairs.length > 0) url.search = [...(url.search === "" ? [] : [url.search.slice(1)]), ...pairs].join("&");
  return url.href;
}

/** As `encodeURIComponent`, which throws for a lone surrogate: that becomes U+FFFD, as the URL standard has it. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
