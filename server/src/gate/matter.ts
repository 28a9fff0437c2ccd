import { type Refusal, judgeUrl, type Target } from "../core/egress/judge-url.ts";
import type { HttpArguments } from "../core/http-effect.ts";
import { invariant } from "../core/invariant.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../core/json.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { GateParts } from "./gate-parts.ts";
import type { CredentialRow } from "../store/credentials.ts";

/** An effect with all that the checks look at, gathered once, before the first of them. */
export interface Matter {
  readonly call: EffectCall;
  readonly request: HttpArguments;
  /** Where the request goes, or why its URL is refused. */
  readonly target: { readonly ok: true; readonly target: Target } | Refusal;
  /** The credential that the effect names; null when it names none, or one that does not exist. */
  readonly credential: CredentialRow | null;
  readonly keys: ProjectKeys;
  readonly digest: string;
}

/** Reads what an effect is about. Rejects when the store or the keyring does. */
export async function gatherMatter(parts: GateParts, call: EffectCall): Promise<Matter> {
  const { organization, project, effect } = call;
  const scope = { organization, project };
  const request = readArguments(effect.arguments);
  const [keys, credential] = await Promise.all([
    parts.keysOf(scope),
    effect.credential === null ? null : parts.findCredential(scope, effect.credential),
  ]);
  return { call, request, target: judgeUrl(request.url), credential, keys, digest: digestEffect(keys, effect) };
}

/**
 * Which effect this is, to the byte: action, canonical arguments and credential, as 43 characters. What an approval is
 * bound to and the audit keeps. Keyed, for an audit entry outlives the content: nobody may guess at that by trying.
 */
export function digestEffect(keys: ProjectKeys, { action, arguments: given, credential }: EffectRequest): string {
  return keys.digest("effect", "arguments", action, canonicalJson(given), credential ?? "").toString("base64url");
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
