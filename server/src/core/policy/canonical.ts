/** Arguments of an effect as one text: equal arguments are equal bytes, and nothing else is. */
import { invariant } from "../invariant.ts";
import { canonicalJson, type Json, type JsonObject } from "../json.ts";

/** Levels of lists and objects: data from outside (200) within a step's own fields (100), and room to spare. */
const DEPTH_MAX = 512;

/**
 * The arguments as plain JSON: fields that are undefined left out (in a list: null), minus zero as zero, own enumerable
 * fields only. What JSON can't say (NaN, functions, dates, cycles) breaks an invariant: a schema has let it through.
 */
export function plainArguments(given: Readonly<Record<string, unknown>>): JsonObject {
  return plainObject(given, 0);
}

function plain(value: unknown, depth: number): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    invariant(Number.isFinite(value), "arguments hold a number that JSON can't say");
    return value === 0 ? 0 : value;
  }
  invariant(typeof value === "object", `arguments hold a ${typeof value}`);
  if (Array.isArray(value)) {
    invariant(depth < DEPTH_MAX, `arguments are nested more than ${DEPTH_MAX} deep`);
    return Array.from(value, (member: unknown) => (member === undefined ? null : plain(member, depth + 1)));
  }
  return plainObject(value, depth);
}

function plainObject(value: object, depth: number): JsonObject {
  invariant(depth < DEPTH_MAX, `arguments are nested more than ${DEPTH_MAX} deep`);
  const prototype: unknown = Object.getPrototypeOf(value);
  invariant(inheritsNothing(prototype), "arguments hold an object that is no plain one");
  const object: Record<string, Json> = Object.create(null);
  for (const [name, field] of Object.entries(value)) if (field !== undefined) object[name] = plain(field, depth + 1);
  return object;
}

/** Of what JSON makes, of what has no prototype, and of what expressions make (`core/expression/value.ts`): an empty one. */
function inheritsNothing(prototype: unknown): boolean {
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Reflect.ownKeys(prototype).length === 0
  );
}

/** The text of arguments: names in the order of their code units, no white space (RFC 8785). */
export function canonicalArguments(given: Readonly<Record<string, unknown>>): string {
  return canonicalJson(plainArguments(given));
}

/** What an approval is bound to and the audit keeps a digest of. */
export interface Digested {
  readonly action: string;
  /** The connection's or credential's id, not its slug: another one may take the slug. Null where there is none. */
  readonly connection: string | null;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * The parts of an effect's digest in order: action, canonical arguments, connection or the empty text. For a digest that
 * tells its parts apart, as `ProjectKeys.digest` does.
 */
export function digestInput(effect: Digested): readonly [action: string, canonical: string, connection: string] {
  return [effect.action, canonicalArguments(effect.arguments), effect.connection ?? ""];
}
