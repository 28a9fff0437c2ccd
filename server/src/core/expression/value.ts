/**
 * What an expression computes with: JSON, `undefined`, and points in time. Functions are never
 * values here, so none can be stored, returned, called by a computed name or recursed into.
 */
export type Value = undefined | null | boolean | number | string | Instant | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [key: string]: Value;
}

/** A point in time, as `new Date(x)` makes it: milliseconds since 1970 UTC, NaN when invalid. It has no own properties. */
export class Instant {
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = Math.abs(ms) <= 8.64e15 ? Math.trunc(ms) : NaN;
  }

  static ms(instant: Instant): number {
    return instant.#ms;
  }
}

/**
 * The prototype of every object an expression makes: empty, frozen and itself without a prototype,
 * so that no name is inherited and any key, `__proto__` too, is plain data. (Objects made so stay in
 * the engine's fast mode; those of `Object.create(null)` don't.)
 */
const NOTHING: object = Object.freeze(Object.create(null));

/** A new empty object that inherits nothing. */
export function newObject<Held extends Value = Value>(): { [key: string]: Held } {
  const made: { [key: string]: Held } = Object.create(NOTHING);
  return made;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isInstant(value: Value): value is Instant {
  return value instanceof Instant;
}

export function isObject(value: Value): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Instant);
}

/** What a message calls this value; never its content, which may be private. */
export function kindName(value: Value): string {
  if (value === undefined || value === null) return String(value);
  if (isList(value)) return "a list";
  if (isInstant(value)) return "a date";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? "true or false" : "an object";
}
