import { numberOf, primitiveOf } from "./coerce.ts";
import type { Machine } from "./machine.ts";
import type { Value } from "./value.ts";

/** `===` */
export function strictlyEqual(machine: Machine, a: Value, b: Value): boolean {
  if (typeof a === "string" && typeof b === "string" && a.length === b.length) machine.scan(a.length);
  return a === b;
}

/** SameValueZero, of `includes`: as `===`, but NaN equals itself. */
export function sameValueZero(machine: Machine, a: Value, b: Value): boolean {
  return strictlyEqual(machine, a, b) || (Number.isNaN(a) && Number.isNaN(b));
}

/** `==` (ECMA-262 §7.2.14); an object compared with a plain value is refused. */
export function looselyEqual(machine: Machine, a: Value, b: Value): boolean {
  if (a === undefined || a === null) return b === undefined || b === null;
  if (b === undefined || b === null) return false;
  if (typeof a === typeof b) return strictlyEqual(machine, a, b);
  const left = primitiveOf(machine, a);
  const right = primitiveOf(machine, b);
  if (typeof left === typeof right) return strictlyEqual(machine, left, right);
  return numberOf(machine, left) === numberOf(machine, right);
}

/**
 * `a < b`, or `a <= b` when `orEqual`, with the operands made plain: texts by code units, all else as
 * numbers. NaN is in no order.
 */
export function isLess(machine: Machine, a: Value, b: Value, orEqual: boolean): boolean {
  const left = primitiveOf(machine, a);
  const right = primitiveOf(machine, b);
  if (typeof left === "string" && typeof right === "string") {
    machine.scan(Math.min(left.length, right.length));
    return orEqual ? left <= right : left < right;
  }
  const x = numberOf(machine, left);
  const y = numberOf(machine, right);
  return orEqual ? x <= y : x < y;
}
