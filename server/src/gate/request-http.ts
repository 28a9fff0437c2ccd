/** The action `http.request`: one HTTP request, signed by the credential that it names. */
import { classOfMethod } from "../core/actions/own-actions.ts";
import { judgeUrl } from "../core/egress/judge-url.ts";
import type { HttpArguments } from "../core/http-effect.ts";
import { invariant } from "../core/invariant.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { HTTP_MADE_OF, literalFields } from "../core/policy/taint.ts";
import type { Egress } from "../core/ports/egress.ts";
import { SealError } from "../keyring/seal-error.ts";
import { endedAs, type ActionPerformer, type EffectEnd, type EffectRefusal } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import { headersToSend } from "./headers-to-send.ts";
import { HTTP_CHECKS, type HttpMatter, type HttpSubject } from "./http-checks.ts";
import { openSecret, type OpenSecret } from "./open-secret.ts";
import { readAnswer } from "./read-answer.ts";
import { createEchoSlices } from "./redact-echo.ts";

const REDIRECTS_MAX = 5;
const DESTINATION = ["url"];
const RESPONSE_BYTES_MAX = 10 * 1024 * 1024;

export interface RequestHttpParts {
  readonly egress: Egress;
  readonly log: (message: string, error?: unknown) => void;
  /** Of an answer's body, by default 10 MiB. */
  readonly responseBytesMax?: number;
}

/** Sends what `HttpArguments` say through the egress, the secret in its header at the last moment. */
export function requestHttp(parts: RequestHttpParts): ActionPerformer<HttpSubject> {
  return {
    gather({ effect }) {
      const request = readArguments(effect.arguments);
      return { request, target: judgeUrl(request.url) };
    },
    act: ({ request }, { written, effect }) => ({
      class: classOfMethod(request.method),
      destination: DESTINATION,
      // A credential's hosts, to which it was held before, are as explicit as any condition.
      literal: effect.credential === null ? literalFields(written, DESTINATION, HTTP_MADE_OF) : new Set(DESTINATION),
      arguments: request,
      estimate: null,
    }),
    ...HTTP_CHECKS,
    facts: ({ target }) => ({ host: target.ok ? target.target.host : null }),
    intentFacts: ({ request }) => ({ method: request.method }),
    perform: (matter) => send(parts, matter),
  };
}

async function send(parts: RequestHttpParts, matter: HttpMatter): Promise<EffectEnd> {
  const { call, credential } = matter;
  const { request } = matter.subject;
  const secret = tryOpen(parts, matter);
  if ("code" in secret) return endedAs("refused", secret);
  const answer = await parts.egress.request({
    method: request.method,
    url: request.url,
    ...headersToSend(matter, secret.value),
    body: request.body,
    timeoutMs: call.effect.timeoutMs,
    responseBytesMax: parts.responseBytesMax ?? RESPONSE_BYTES_MAX,
    redirectsMax: REDIRECTS_MAX,
    // What is judged of where it goes holds of where it is sent on to.
    mayFollow: (url) => matter.judged?.allows({ ...matter.judged.act.arguments, url }) ?? false,
    hosts: credential?.hosts ?? null,
    signal: call.signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
    partition: call.project,
  });
  return await readAnswer(answer, createEchoSlices(secret.forms));
}

function tryOpen(parts: RequestHttpParts, { call, credential, keys }: HttpMatter): OpenSecret | EffectRefusal {
  try {
    return openSecret(keys, credential);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const slug = call.effect.credential;
    parts.log(`the credential ${slug} of project ${call.project} does not open (run ${call.run})`, error);
    return { code: "credential_unreadable", message: `the credential ${slug} can't be opened; set it again` };
  }
}

function readArguments({ method, url, headers, body }: JsonObject): HttpArguments {
  invariant(typeof method === "string" && typeof url === "string", "an HTTP effect has a method and a URL");
  invariant(body === null || typeof body === "string", "the body of an HTTP effect is text or null");
  invariant(isJsonObject(headers), "the headers of an HTTP effect are an object");
  const texts = Object.entries(headers).map(([name, value]): [string, string] => {
    invariant(typeof value === "string", "a header's value is text");
    return [name, value];
  });
  return { method, url, headers: Object.fromEntries(texts), body };
}
