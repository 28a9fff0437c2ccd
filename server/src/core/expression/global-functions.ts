import { numberOf, textOf } from "./coerce.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Plain } from "./method.ts";

/** Functions of their own name, and those of `Number.…` and `String.…`. */
export const GLOBAL_FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ["Boolean", (_, args) => Boolean(args[0])],
  ["Number", (m, args) => (args.length === 0 ? 0 : numberOf(m, args[0]))],
  ["Number.isFinite", (_, args) => Number.isFinite(args[0])],
  ["Number.isInteger", (_, args) => Number.isInteger(args[0])],
  ["Number.isNaN", (_, args) => Number.isNaN(args[0])],
  ["Number.isSafeInteger", (_, args) => Number.isSafeInteger(args[0])],
  ["Number.parseFloat", toFloat],
  ["Number.parseInt", toInteger],
  ["String", (m, args) => (args.length === 0 ? "" : textOf(m, args[0]))],
  ["String.fromCharCode", fromCharCode],
  ["String.fromCodePoint", fromCodePoint],
  ["decodeURI", (m, args) => recoded(m, args, decodeURI)],
  ["decodeURIComponent", (m, args) => recoded(m, args, decodeURIComponent)],
  ["encodeURI", (m, args) => recoded(m, args, encodeURI)],
  ["encodeURIComponent", (m, args) => recoded(m, args, encodeURIComponent)],
  ["isFinite", (m, args) => Number.isFinite(numberOf(m, args[0]))],
  ["isNaN", (m, args) => Number.isNaN(numberOf(m, args[0]))],
  ["parseFloat", toFloat],
  ["parseInt", toInteger],
]);

/** Constants by their full name. */
export const GLOBAL_CONSTANTS: ReadonlyMap<string, number | undefined> = new Map<string, number | undefined>([
  ["Infinity", Infinity],
  ["Math.E", Math.E],
  ["Math.LN10", Math.LN10],
  ["Math.LN2", Math.LN2],
  ["Math.LOG10E", Math.LOG10E],
  ["Math.LOG2E", Math.LOG2E],
  ["Math.PI", Math.PI],
  ["Math.SQRT1_2", Math.SQRT1_2],
  ["Math.SQRT2", Math.SQRT2],
  ["NaN", NaN],
  ["Number.EPSILON", Number.EPSILON],
  ["Number.MAX_SAFE_INTEGER", Number.MAX_SAFE_INTEGER],
  ["Number.MAX_VALUE", Number.MAX_VALUE],
  ["Number.MIN_SAFE_INTEGER", Number.MIN_SAFE_INTEGER],
  ["Number.MIN_VALUE", Number.MIN_VALUE],
  ["Number.NEGATIVE_INFINITY", Number.NEGATIVE_INFINITY],
  ["Number.POSITIVE_INFINITY", Number.POSITIVE_INFINITY],
  ["undefined", undefined],
]);

function toFloat(machine: Machine, args: Arguments): number {
  const text = textOf(machine, args[0]);
  machine.scan(text.length);
  return Number.parseFloat(text);
}

function toInteger(machine: Machine, args: Arguments): number {
  const text = textOf(machine, args[0]);
  machine.scan(text.length);
  return Number.parseInt(text, numberOf(machine, args[1]));
}

function fromCharCode(machine: Machine, args: Arguments): string {
  let text = "";
  for (let index = 0; index < args.length; index++) {
    text = machine.concat(text, String.fromCharCode(numberOf(machine, args[index])));
  }
  return text;
}

function fromCodePoint(machine: Machine, args: Arguments): string {
  let text = "";
  for (let index = 0; index < args.length; index++) {
    const code = numberOf(machine, args[index]);
    if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) throw new Failure("this is not a Unicode code point");
    text = machine.concat(text, String.fromCodePoint(code));
  }
  return text;
}

function recoded(machine: Machine, args: Arguments, recode: (text: string) => string): string {
  const text = textOf(machine, args[0]);
  machine.spend(text.length >>> 4);
  // A character is at most three bytes, each written with three characters.
  machine.makeText(text.length * 9);
  try {
    return recode(text);
  } catch {
    throw new Failure("this text can't be encoded or decoded for an address: it is malformed");
  }
}
