import { Failure, type Machine } from "./machine.ts";
import { Instant, isInstant, isList, kindName, type Value } from "./value.ts";

/**
 * JavaScript's conversions for JSON values (ECMA-262 §7.1). Objects and dates are refused where
 * JavaScript would call their `toString` or `valueOf`: nothing in data is ever called.
 */
export function textOf(machine: Machine, value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return joinText(machine, value, ",", 0);
  if (isInstant(value)) throw new Failure("a date does not become text by itself; use .toISOString() or Date.format()");
  throw new Failure("an object does not become text by itself; use JSON.stringify(…) or one of its fields");
}

/** `list.join(separator)`: null and undefined are empty, lists inside are joined by commas. */
export function joinText(machine: Machine, list: readonly Value[], separator: string, depth: number): string {
  machine.checkDepth(depth);
  machine.spend(1 + list.length);
  let text = "";
  for (let index = 0; index < list.length; index++) {
    if (index > 0) text = machine.concat(text, separator);
    const item = list[index];
    if (item === undefined || item === null) continue;
    text = machine.concat(text, isList(item) ? joinText(machine, item, ",", depth + 1) : textOf(machine, item));
  }
  return text;
}

export function numberOf(machine: Machine, value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") machine.scan(value.length);
  if (typeof value !== "object" || value === null) return Number(value);
  if (isInstant(value)) return Instant.ms(value);
  return numberOf(machine, primitiveOf(machine, value));
}

/** ToIntegerOrInfinity: NaN is 0. */
export function integerOf(machine: Machine, value: Value, absent = 0): number {
  if (value === undefined) return absent;
  const number = numberOf(machine, value);
  return Number.isNaN(number) ? 0 : Math.trunc(number);
}

/** A position counted from the end when negative, kept within 0 and `length`. */
export function positionOf(machine: Machine, value: Value, length: number, absent: number): number {
  const integer = integerOf(machine, value, absent);
  return integer < 0 ? Math.max(0, length + integer) : Math.min(integer, length);
}

/** What JavaScript compares and adds: a list becomes its joined text; an object is refused. */
export function primitiveOf(machine: Machine, value: Value): undefined | null | boolean | number | string {
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return joinText(machine, value, ",", 0);
  if (isInstant(value)) return Instant.ms(value);
  throw new Failure("an object can't be compared, added or counted with; use one of its fields");
}

/** A property's key; only plain values become keys. */
export function keyOf(machine: Machine, value: Value): string {
  if (typeof value === "string") {
    machine.scan(value.length);
    return value;
  }
  if (typeof value === "object" && value !== null)
    throw new Failure(`${kindName(value)} can't be a key; use text or a number`);
  return String(value);
}
