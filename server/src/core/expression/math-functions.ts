import { numberOf } from "./coerce.ts";
import type { Machine } from "./machine.ts";
import type { Arguments, Plain } from "./method.ts";

const OF_ONE = [
  "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "clz32", "cos", "cosh", "exp", "expm1",
  "floor", "fround", "log", "log10", "log1p", "log2", "round", "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
] as const; // prettier-ignore
const OF_TWO = ["atan2", "imul", "pow"] as const;

/** `Math.…`, all but `random`: an expression gives the same each time. */
export const MATH_FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ...OF_ONE.map((name): [string, Plain] => [`Math.${name}`, (m, args) => Math[name](numberOf(m, args[0]))]),
  ...OF_TWO.map((name): [string, Plain] => [
    `Math.${name}`,
    (m, args) => Math[name](numberOf(m, args[0]), numberOf(m, args[1])),
  ]),
  ["Math.hypot", (m, args) => folded(m, args, 0, (a, b) => Math.hypot(a, b))],
  ["Math.max", (m, args) => folded(m, args, -Infinity, (a, b) => Math.max(a, b))],
  ["Math.min", (m, args) => folded(m, args, Infinity, (a, b) => Math.min(a, b))],
]);

/** Folds any number of arguments, where spreading them into the host's call could overflow its stack. */
function folded(machine: Machine, args: Arguments, start: number, step: (a: number, b: number) => number): number {
  machine.spend(args.length >>> 2);
  let result = start;
  for (let index = 0; index < args.length; index++) result = step(result, numberOf(machine, args[index]));
  return result;
}
