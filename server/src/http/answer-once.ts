/**
 * `Idempotency-Key`: one answer per principal, route and key for 24 h. The key is claimed before the request is served
 * and its answer kept, sealed, afterwards; a refusal changes nothing and gives the key back. When the process dies in
 * between, the key is free again after two minutes, and a run started under it is found by its delivery (R8): a key
 * starts at most one run, whatever happens. A secret that is told once (the table's `secret`) is no part of what is kept:
 * a repeated call is answered without it, so that nothing here can give it away.
 */
import { type Route, type RouteName, routes } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import {
  claimIdempotencyKey,
  keepAnswer,
  releaseIdempotencyKey,
  type IdempotencyKey,
} from "../store/idempotency-keys.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import type { Scope } from "../store/scope.ts";
import type { AnyPrincipal } from "./principal.ts";
import type { HttpParts } from "./http-parts.ts";

/** An answer as it is sent; the text is empty where there is no body. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RepeatableRequest {
  readonly principal: AnyPrincipal;
  readonly route: RouteName;
  /** The Idempotency-Key header. */
  readonly key: string;
  /** Path and query, and the body: what must be the same under the same key. */
  readonly url: string;
  readonly content: Buffer;
}

type OnceParts = Pick<HttpParts, "database" | "projects" | "clock" | "log">;

const ANSWER = placeOf("idempotency_keys", "answer");
/** A larger answer is not kept: the routes that give one may be repeated, and find what they did before. */
const KEPT_CHARS_MAX = 1_048_576;
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The kept answer of the first request under the key, or that of `act`, which gets the digest that makes its effect
 * happen once. Throws `idempotency_mismatch` for a key used for something else, `conflict` while the first is served.
 */
export async function answerOnce(
  parts: OnceParts,
  request: RepeatableRequest,
  act: (repeatKey: Buffer) => Promise<TextAnswer>,
): Promise<TextAnswer> {
  if (!KEY.test(request.key))
    throw new AppError("invalid_request", "An Idempotency-Key has 1 to 255 characters without spaces.");
  const { principal, route } = request;
  const scope = scopeOf(principal);
  const { keys } = await parts.projects.get(scope);
  const bodyDigest = keys.digest("idempotency", "request", request.url, request.content);
  const claim = {
    principal: principal.id,
    route,
    key: keys.digest("idempotency", "key", principal.id, route, request.key),
  };
  const first = await claimIdempotencyKey(parts.database, scope, {
    ...claim,
    bodyDigest,
    nowMs: parts.clock.nowMs(),
  });
  if (first) {
    if (!first.bodyDigest.equals(bodyDigest))
      throw new AppError(
        "idempotency_mismatch",
        "This Idempotency-Key came with another request within the last 24 h.",
      );
    if (first.status === null || first.answer === null) {
      throw new AppError("conflict", "The first request under this Idempotency-Key is still being served.", {
        retryAfterSeconds: 1,
      });
    }
    const text = keys.open("answer", ANSWER, answerRow(claim), first.answer).toString();
    return { status: first.status, text, headers: { "idempotency-replayed": "true" } };
  }
  // The body's digest belongs to it: when 24 h are over, another request under the same key is another effect.
  const repeatKey = keys.digest("delivery", "idempotency", claim.key, bodyDigest);
  return await actAndKeep(parts, request, { ...claim, keys }, () => act(repeatKey));
}

async function actAndKeep(
  parts: OnceParts,
  { principal, route }: RepeatableRequest,
  claim: IdempotencyKey & { readonly keys: ProjectKeys },
  act: () => Promise<TextAnswer>,
): Promise<TextAnswer> {
  const scope = scopeOf(principal);
  const quietly = async (what: Promise<void>): Promise<void> => {
    await what.catch((error: unknown) => parts.log("an Idempotency-Key's answer was not kept", error));
  };
  let answer: TextAnswer;
  try {
    answer = await act();
  } catch (error) {
    await quietly(releaseIdempotencyKey(parts.database, scope, claim));
    throw error;
  }
  if (answer.text.length > KEPT_CHARS_MAX) await quietly(releaseIdempotencyKey(parts.database, scope, claim));
  else {
    const sealed = claim.keys.seal("answer", ANSWER, answerRow(claim), Buffer.from(keptText(routes[route], answer)));
    await quietly(keepAnswer(parts.database, scope, claim, { status: answer.status, sealed }));
  }
  return answer;
}

/** The answer's text without the secret in it. */
function keptText({ secret }: Route, { text }: TextAnswer): string {
  if (secret === undefined) return text;
  const body: unknown = JSON.parse(text);
  invariant(
    typeof body === "object" && body !== null && secret in body,
    "the answer holds what the table calls secret",
  );
  return JSON.stringify({ ...body, [secret]: undefined });
}

/** Calls outside of projects are remembered in the installation's own. */
function scopeOf(principal: AnyPrincipal): Scope {
  return "scope" in principal ? principal.scope : INSTALLATION_SCOPE;
}

/** A row as its sealed answer is bound to it. */
export function answerRow({ principal, route, key }: IdempotencyKey): Buffer {
  return Buffer.concat([uuidBytes(principal), key, Buffer.from(route)]);
}
