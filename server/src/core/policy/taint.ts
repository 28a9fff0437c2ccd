/**
 * Taint: whether a run has read what others can write, and which fields of an effect were settled when its flow was
 * published. A run is tainted from the first output that taints, for good.
 */
import type { ActionClass, Trigger } from "@steward/sdk";
import { unreachable } from "../invariant.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { ArgumentValues } from "./argument-values.ts";
import type { PolicyRequest } from "./decision.ts";

/**
 * How a run came to be. `event` is a connector's trigger, `call` a sub-flow, `error` a flow that reads
 * another run's failure, `manual` a member of the project in person, `program` an API key: what a program hands over it
 * has from others.
 */
export type Origin = Trigger["kind"] | "call" | "program";

/** Whether a run is tainted before its first step. One that reads another run is as tainted as that one. */
export function taintsAtStart(origin: Origin, otherIsTainted: boolean): boolean {
  switch (origin) {
    case "webhook":
    case "event":
    case "program":
      return true;
    case "call":
    case "error":
      return otherIsTainted;
    case "schedule":
    case "manual":
      return false;
    default:
      return unreachable(origin);
  }
}

/** How a step has ended, as far as taint is concerned. */
export interface Given {
  /** The step's kind: `http`, `sql`, `wait`, … */
  readonly kind: string;
  /** The effect that was performed, whether it was done or failed: an error quotes the answer. Null where nothing left. */
  readonly effect: { readonly action: string; readonly class: ActionClass } | null;
  /** Of a sub-flow's step: whether the run that it called is tainted; null where it called none, or nobody knows. */
  readonly calledIsTainted: boolean | null;
  readonly output: Json | undefined;
}

/** Effects whose answer is what others wrote, whatever their class: a page, a table, a model's words. */
const ANSWERS_OF_OTHERS =
  /^(?:http|sql|postgres|file|table|model|openai|anthropic|openrouter|openai_compatible|memory|mcp)\./;

/** Kinds without an effect that read what comes from elsewhere. */
const READERS: ReadonlySet<string> = new Set(["file", "table", "memory"]);

/** Whether what a step has given taints the run. Steps that only turn data over add nothing to what they read. */
export function taints({ kind, effect, calledIsTainted, output }: Given): boolean {
  if (effect !== null) return effect.class === "read" || ANSWERS_OF_OTHERS.test(effect.action);
  if (kind === "flow") return calledIsTainted ?? true;
  // Its output is the event's data, which others sent; null when only time has passed.
  if (kind === "wait") return output !== undefined && output !== null;
  return READERS.has(kind);
}

/**
 * Of an effect's fields, where they differ from the step's: `url` of `http.request` is made of the step's `url` and `query`.
 */
export type MadeOf = Readonly<Record<string, readonly string[]>>;
export const HTTP_MADE_OF: MadeOf = { url: ["url", "query"] };

/**
 * Which of `fields` (paths such as `message.to`) are literal in a step's input as the version has it: no expression is
 * part of them or of anything they lie in. One that is left out is literal, for its default is the connector's. `vars.*`
 * in an expression is no literal either: variables change without a new version.
 */
export function literalFields(input: JsonObject, fields: readonly string[], madeOf: MadeOf = {}): ReadonlySet<string> {
  return new Set(
    fields.filter((field) => {
      const sources = Object.hasOwn(madeOf, field) ? madeOf[field]! : [field];
      return sources.every((source) => isLiteral(input, source.split(".")));
    }),
  );
}

function isLiteral(value: Json | undefined, path: readonly string[]): boolean {
  if (typeof value === "string") return !value.includes("{{");
  if (Array.isArray(value)) return value.every((member) => isLiteral(member, path));
  if (!isJsonObject(value)) return true;
  const [name, ...below] = path;
  if (name === undefined) return Object.values(value).every((field) => isLiteral(field, []));
  return !Object.hasOwn(value, name) || isLiteral(value[name], below);
}

/**
 * Names what an effect does where, for "the first time": principal, connection, action and the values of its destination,
 * as canonical text. To be kept as a digest: it holds addresses.
 */
export function destinationKey({
  principals,
  connection,
  action,
  destination,
  arguments: given,
}: Pick<PolicyRequest, "principals" | "connection" | "action" | "destination" | "arguments">): string {
  const values = new ArgumentValues(given);
  const places = destination.toSorted().map((field) => [field, [...values.at(field).members]]);
  return canonicalJson([principals[0] ?? null, connection && { ...connection }, action, places]);
}
