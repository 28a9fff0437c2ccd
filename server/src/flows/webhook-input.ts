import { newObject } from "../core/expression/value.ts";
import { evaluateTemplate, type Template } from "../core/expression/template.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { REDACTED } from "../core/redact.ts";

export type DeliveryHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type DeliveryQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The headers that a run gets: names in lower case, several values joined by a comma, and in place of
 * every secret (authorization, cookies, keys, signatures, and this webhook's own token wherever a proxy
 * repeated it) a mask. What is masked here is stored nowhere.
 */
export function maskedHeaders(
  headers: DeliveryHeaders,
  token: string,
  names: { isSecret(name: string): boolean },
): Json {
  const masked = newObject<Json>();
  for (const name of Object.keys(headers)) {
    const given = headers[name];
    if (given === undefined || name === "__proto__") continue;
    const value = typeof given === "string" ? given : given.join(", ");
    const lower = name.toLowerCase();
    masked[lower] = names.isSecret(lower) || value.includes(token) ? REDACTED : value;
  }
  return masked;
}

/** The query as a run gets it: text by name, a list where a name came more than once. */
export function plainQuery(query: DeliveryQuery): Json {
  const plain = newObject<Json>();
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value !== undefined && name !== "__proto__") plain[name] = value;
  }
  return plain;
}

/** Headers that name a delivery, in the order in which they count. */
const DELIVERY_HEADERS = ["webhook-id", "x-github-delivery", "idempotency-key"] as const;

/** What tells this delivery from others, and is the same when it is repeated; null when nothing does. */
export function deliveryIdOf(headers: DeliveryHeaders, dedupeBy: Template | null, trigger: Json): string | null {
  if (dedupeBy !== null) return evaluatedId(dedupeBy, trigger);
  for (const name of DELIVERY_HEADERS) {
    const value = headers[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}

/** A delivery that lacks what `dedupeBy` reads is taken, and is a repetition of none. */
function evaluatedId(dedupeBy: Template, trigger: Json): string | null {
  const id = evaluateTemplate(dedupeBy, { trigger });
  if (!id.ok || id.value === undefined || id.value === null || id.value === "") return null;
  return typeof id.value === "string" ? id.value : canonicalJson(id.value);
}
