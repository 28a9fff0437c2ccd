/**
 * Makes the calls that a connector asks for, with the connection's secret put on as each leaves, by the rules of
 * `request-http.ts`: nothing leaves once it was cancelled, a host is the connector's and the connection's, answers have
 * limits, and none gives the secret back.
 */
import type { Connector, ConnectorAnswer, ConnectorCall } from "@steward/sdk";
import type { HttpResult } from "../core/http-effect.ts";
import { parseJson } from "../core/parse-json.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ConnectionPlace, NoSecret, ReadySecret } from "../core/ports/connections.ts";
import type { Egress, EgressRequest } from "../core/ports/egress.ts";
import { endedAs, type AuditFacts, type EffectEnd, type EffectRefusal } from "./action.ts";
import type { EffectSecrets, ReadRow } from "./connection-secret.ts";
import { connectorRequest, isRead } from "./connector-request.ts";
import type { Asked } from "./drive-calls.ts";
import { type PlaceBelow, placeBelow } from "./place-below.ts";
import { readAnswer } from "./read-answer.ts";
import { createEchoSlices, type RedactEchoSlices } from "./redact-echo.ts";

/** Of one answer, and of all that one effect reads. */
const ANSWER_BYTES_MAX = 10 * 1024 * 1024;
const ANSWERS_BYTES_MAX = 50 * 1024 * 1024;
const REDIRECTS_MAX = 5;

export interface AskProviderParts {
  readonly egress: Egress;
  readonly secrets: EffectSecrets;
  readonly clock: Clock;
}

/** On whose behalf calls are made, and until when. */
export interface Asking {
  readonly connector: Connector;
  readonly connection: ConnectionPlace;
  /** As the effect was judged by it. */
  readonly read?: ReadRow | null;
  /** For all calls together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked synchronously just before each first byte. */
  readonly mayProceed: () => boolean;
  /** Of the connector `http`: whether what was judged is so too at another place below the address, to which an answer leads. */
  readonly mayReach?: (place: PlaceBelow) => boolean;
  /** Of the provider; refused when what it has granted by now leaves one out. */
  readonly scopes: readonly string[];
  /** Goes with the call that writes, in the connector's `idempotencyHeader`; null sends none. */
  readonly idempotencyKey: string | null;
}

export interface Provider {
  ask(call: ConnectorCall): Promise<Asked<EffectEnd>>;
  /** Of what was asked so far, for the audit: counts, the host that answered last, and one that was refused. */
  facts(): AuditFacts;
}

export function askProvider(parts: AskProviderParts, asking: Asking): Provider {
  const { connector, connection, signal } = asking;
  const endsMs = parts.clock.monotonicMs() + asking.timeoutMs;
  let opened: { readonly secret: ReadySecret; readonly slices: RedactEchoSlices } | null = null;
  let [renewed, calls, bytesLeft] = [false, 0, ANSWERS_BYTES_MAX];
  let last: AuditFacts = {};
  let first: ConnectorCall | null = null;

  /** @param refused the mark of the secret that the provider has just refused */
  const open = async (refused?: string): Promise<EffectEnd | null> => {
    const options = refused === undefined ? { signal, read: asking.read ?? null } : { signal, refused };
    const secret = await parts.secrets.freshSecret(connection, options);
    if (secret.kind !== "ready") return endOfSecret(secret);
    const missing = missingScopes(secret, asking.scopes);
    if (missing !== null) return endedAs("refused", missing);
    opened = { secret, slices: createEchoSlices(secret.forms) };
    return null;
  };

  const send = async (
    call: ConnectorCall,
    { secret, slices }: NonNullable<typeof opened>,
  ): Promise<Asked<EffectEnd>> => {
    const leftMs = endsMs - parts.clock.monotonicMs();
    if (leftMs <= 0) return stopped(call, endedAs("failed", OVER));
    if (bytesLeft <= 0) return stopped(call, endedAs("failed", TOO_MUCH));
    const request = connectorRequest(connector, secret, call, isRead(call) ? null : asking.idempotencyKey);
    if ("code" in request) {
      last = { ...last, refusedHost: URL.parse(call.url, connector.base)?.hostname ?? null };
      return stopped(call, endedAs("refused", request));
    }
    first ??= call;
    if (call !== first && !mayReach(asking, secret, request.url)) return stopped(call, endedAs("refused", ELSEWHERE));
    calls += 1;
    const answered = await parts.egress.request({
      ...request,
      ...follow(asking, secret, request),
      timeoutMs: leftMs,
      responseBytesMax: Math.min(ANSWER_BYTES_MAX, bytesLeft),
      signal,
      beforeFirstByte: asking.mayProceed,
      partition: connection.project,
    });
    const end = await readAnswer(answered, slices);
    bytesLeft -= end.facts.bytes ?? 0;
    last = { ...last, status: end.facts.status, answeredBy: end.facts.answeredBy };
    return askedOf(call, end);
  };

  return {
    async ask(call) {
      const end = opened === null ? await open() : null;
      if (end !== null || opened === null) return { kind: "stopped", end: end ?? endedAs("failed", OVER) };
      const asked = await send(call, opened);
      if (renewed || asked.kind !== "answer" || !isRejected(connector, call, asked.answer)) return asked;
      // It was not done. By our clock the secret was still good, so a newer one may do.
      renewed = true;
      const { mark } = opened.secret;
      const over = await open(mark);
      if (over !== null) return { kind: "stopped", end: over };
      return opened.secret.mark === mark ? asked : await send(call, opened);
    },
    facts: () => ({ ...last, calls }),
  };
}

const OVER: EffectRefusal = { code: "timeout", message: "its time was over before it had asked for all that it needs" };
const ELSEWHERE: EffectRefusal = {
  code: "redirect_forbidden",
  message: "the next page is where no grant, or a limit, lets it go",
};
const TOO_MUCH: EffectRefusal = {
  code: "response_too_large",
  message: `the answers together are larger than ${ANSWERS_BYTES_MAX / 1024 / 1024} MiB; ask for less`,
};

function askedOf(call: ConnectorCall, { outcome, happened = false }: EffectEnd): Asked<EffectEnd> {
  if (outcome.kind !== "done") return stopped(call, { outcome, facts: {}, happened: happened && !isRead(call) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `readAnswer` gives as the result of an answer
  return { kind: "answer", answer: answerOf(outcome.result as HttpResult) };
}

/** Only reads without a body and without a key in their address are led on, and not to another origin. */
function follow(
  asking: Asking,
  secret: ReadySecret,
  { method, url, body }: Pick<EgressRequest, "method" | "url" | "body">,
): Pick<EgressRequest, "redirectsMax" | "mayFollow"> {
  return {
    redirectsMax: method === "GET" && body === null && secret.query === null ? REDIRECTS_MAX : 0,
    mayFollow: (target) => isSameOrigin(target, url) && mayReach(asking, secret, target),
  };
}

/** Where an answer leads on to, by a redirect or as the next page. */
function mayReach({ connector, ...asking }: Asking, { address, query }: ReadySecret, url: string): boolean {
  if (connector.id !== "http") return true;
  const place = placeBelow(address ?? connector.base, withoutKey(url, query));
  return place !== null && asking.mayReach?.(place) !== false;
}

function isSameOrigin(one: string, other: string): boolean {
  return URL.parse(one)?.origin === URL.parse(other)?.origin;
}

/** As the action names places: without the key that is sent in the query. */
function withoutKey(href: string, key: ReadySecret["query"]): string {
  if (key === null) return href;
  const url = new URL(href);
  url.searchParams.delete(key.name);
  return url.href;
}

function endOfSecret(secret: NoSecret): EffectEnd {
  const { code, message } = secret;
  if (secret.kind === "refused") return endedAs("refused", { code: secret.code, message });
  const after = secret.retryAfterMs === null ? {} : { afterMs: secret.retryAfterMs };
  return { outcome: { kind: "failed", code, message, ...after }, facts: {} };
}

/** Scopes are of OAuth; who comes with a key has what the key has, and only the provider knows that. */
export function missingScopes(
  { authentication, scopes }: Pick<ReadySecret, "authentication" | "scopes">,
  needed: readonly string[],
): EffectRefusal | null {
  if (authentication !== "oauth2" && authentication !== "device") return null;
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return null;
  const message = `the connection was not given ${missing.join(" and ")}: connect it again with ${missing.length === 1 ? "that" : "these"}`;
  return { code: "not_available", message };
}

function isRejected(connector: Connector, call: ConnectorCall, answer: ConnectorAnswer): boolean {
  if (call.accepts?.includes(answer.status) === true) return false;
  try {
    return connector.failure(answer)?.kind === "reauth_required";
  } catch {
    return false; // whoever drives the connector meets it anew, and says so
  }
}

/**
 * A read that ended without an answer has changed nothing: it is a known failure; and when it was aborted, what was to
 * come has not begun.
 */
function stopped(call: ConnectorCall, end: EffectEnd): Asked<EffectEnd> {
  const { outcome } = end;
  if (outcome.kind !== "unknown" || !isRead(call)) return { kind: "stopped", end };
  if (outcome.code !== "aborted") return { kind: "stopped", end: { ...end, outcome: { ...outcome, kind: "failed" } } };
  const message = "it was stopped while it read; nothing was changed";
  return { kind: "stopped", end: endedAs("refused", { code: "cancelled", message }) };
}

function answerOf({ status, headers, body, encoding }: HttpResult): ConnectorAnswer {
  if (encoding === "base64") return { status, headers, body, encoding };
  const parsed = body !== "" && isJsonType(headers["content-type"]) ? parseJson(body) : null;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, written to
  return { status, headers, body: parsed?.ok === true ? (parsed.value as ConnectorAnswer["body"]) : body };
}

/** `application/json` and every type with the suffix `+json` (RFC 6839), parameters aside. */
function isJsonType(contentType: string | undefined): boolean {
  return /^\s*(?:application|text)\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i.test(contentType ?? "");
}
