import { integerOf, textOf } from "./coerce.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Plain } from "./method.ts";
import { isoText } from "./to-json.ts";
import { isInstant, isList, type Value, type ValueObject } from "./value.ts";

export const JSON_FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ["JSON.parse", (m, args) => parse(m, textOf(m, args[0]))],
  ["JSON.stringify", stringify],
]);

function parse(machine: Machine, text: string): Value {
  machine.spend(text.length >>> 5);
  // What is parsed is larger than its text: at worst, for `[{},{},…]`, about twenty times.
  machine.makeText(text.length * 2);
  try {
    const value: Value = JSON.parse(text);
    return value;
  } catch {
    throw new Failure("JSON.parse got text that is not JSON");
  }
}

function stringify(machine: Machine, args: Arguments): Value {
  if (args[1] !== undefined && args[1] !== null) {
    throw new Failure("the second argument of JSON.stringify can only be null; choose fields with an object literal");
  }
  const indent = indentOf(machine, args[2]);
  return written(machine, args[0], indent, "", 0);
}

function indentOf(machine: Machine, space: Value): string {
  if (typeof space === "string") return space.slice(0, 10);
  return typeof space === "number" ? " ".repeat(Math.max(0, Math.min(10, integerOf(machine, space)))) : "";
}

/** SerializeJSONProperty (ECMA-262 §25.5.2.2), each piece counted before it is added; nothing in the data is called. */
function written(machine: Machine, value: Value, indent: string, margin: string, depth: number): string | undefined {
  machine.spend(1);
  if (typeof value === "string") return quoted(machine, value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  machine.checkDepth(depth);
  if (isInstant(value)) return JSON.stringify(isoText(value));
  if (isList(value)) return writtenList(machine, value, indent, margin, depth + 1);
  return writtenObject(machine, value, indent, margin, depth + 1);
}

function quoted(machine: Machine, text: string): string {
  machine.spend(text.length >>> 6);
  machine.makeText(text.length);
  const quote = JSON.stringify(text);
  // Escapes can't be counted before: at most six characters for one.
  machine.makeText(quote.length - text.length);
  return quote;
}

function writtenList(machine: Machine, list: readonly Value[], indent: string, margin: string, depth: number): string {
  const inner = machine.concat(margin, indent);
  let body = "";
  for (let index = 0; index < list.length; index++) {
    const item = written(machine, list[index], indent, inner, depth) ?? "null";
    body = machine.concat(body, machine.concat(before(machine, index === 0, indent, inner), item));
  }
  return machine.concat(machine.concat("[", body), end(machine, body === "", indent, margin, "]"));
}

function writtenObject(machine: Machine, object: ValueObject, indent: string, margin: string, depth: number): string {
  const inner = machine.concat(margin, indent);
  const keys = Object.keys(object);
  machine.makeList(keys.length);
  let body = "";
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const item = written(machine, object[key], indent, inner, depth);
    if (item === undefined) continue;
    body = machine.concat(body, before(machine, body === "", indent, inner));
    body = machine.concat(body, machine.concat(quoted(machine, key), indent === "" ? ":" : ": "));
    body = machine.concat(body, item);
  }
  return machine.concat(machine.concat("{", body), end(machine, body === "", indent, margin, "}"));
}

function before(machine: Machine, first: boolean, indent: string, inner: string): string {
  const comma = first ? "" : ",";
  return indent === "" ? comma : machine.concat(`${comma}\n`, inner);
}

function end(machine: Machine, empty: boolean, indent: string, margin: string, bracket: string): string {
  return empty || indent === "" ? bracket : machine.concat(machine.concat("\n", margin), bracket);
}
