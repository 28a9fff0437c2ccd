import { integerOf, keyOf } from "./coerce.ts";
import { Failure, type Callback, type Machine } from "./machine.ts";
import type { Arguments, Plain } from "./method.ts";
import { map } from "./array-callback-methods.ts";
import { isList, isObject, kindName, newObject, type Value } from "./value.ts";

/** `Object.…` and `Array.…`; own properties only, and every key is plain data. */
export const OBJECT_FUNCTIONS: ReadonlyMap<string, Plain> = new Map<string, Plain>([
  ["Array.from", (m, args, callback) => arrayFrom(m, args[0], callback)],
  ["Array.isArray", (_, args) => isList(args[0])],
  ["Array.of", (_, args) => args],
  ["Object.entries", (m, args) => pairs(m, args[0])],
  ["Object.fromEntries", (m, args) => fromEntries(m, args[0])],
  ["Object.groupBy", (m, args, callback) => groupBy(m, args[0], callback)],
  ["Object.hasOwn", hasOwn],
  ["Object.is", same],
  ["Object.keys", (m, args) => keysOf(m, args[0])],
  ["Object.values", (m, args) => values(m, args[0])],
]);

function same(machine: Machine, args: Arguments): boolean {
  const value = args[0];
  if (typeof value === "string") machine.scan(value.length);
  return Object.is(value, args[1]);
}

/** The own keys in JavaScript's order; those of a list or a text are its positions. */
export function keysOf(machine: Machine, value: Value): readonly string[] {
  if (value === undefined || value === null) throw new Failure(`${kindName(value)} has no keys`);
  if (typeof value === "string") machine.makeTexts(value.length);
  const keys = Object.keys(value);
  machine.spend(keys.length >>> 1);
  machine.makeList(keys.length);
  return keys;
}

/** The value under a key that `keysOf` gave. */
function valueAt(value: Value, key: string): Value {
  if (isObject(value)) return value[key];
  return typeof value === "string" || isList(value) ? value[Number(key)] : undefined;
}

function values(machine: Machine, value: Value): Value {
  const keys = keysOf(machine, value);
  const result: Value[] = [];
  for (let index = 0; index < keys.length; index++) result[index] = valueAt(value, keys[index]!);
  return result;
}

function pairs(machine: Machine, value: Value): Value {
  const keys = keysOf(machine, value);
  const result: Value[] = [];
  for (let index = 0; index < keys.length; index++) {
    machine.makeList(2);
    const key = keys[index]!;
    result[index] = [key, valueAt(value, key)];
  }
  return result;
}

function fromEntries(machine: Machine, entries: Value): Value {
  if (!isList(entries)) throw new Failure("Object.fromEntries takes a list of [key, value] pairs");
  const result = newObject();
  for (let index = 0; index < entries.length; index++) {
    const pair = entries[index];
    if (!isList(pair)) throw new Failure("Object.fromEntries takes a list of [key, value] pairs");
    setProperty(machine, result, keyOf(machine, pair[0]), pair[1]);
  }
  return result;
}

/** Sets an own property of an object that this evaluation made. */
export function setProperty(machine: Machine, object: { [key: string]: Value }, key: string, value: Value): void {
  machine.spend(1);
  machine.makeProperty(key);
  object[key] = value;
}

function groupBy(machine: Machine, list: Value, callback: Callback | undefined): Value {
  if (!isList(list)) throw new Failure("Object.groupBy takes a list and a function such as x => x.country");
  if (callback === undefined) throw new Failure("Object.groupBy takes a function such as x => x.country");
  const groups = new Map<string, Value[]>();
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const key = keyOf(machine, callback(machine, item, index, undefined, undefined));
    machine.makeItem();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group[group.length] = item;
  }
  const result = newObject();
  groups.forEach((group, key) => setProperty(machine, result, key, group));
  return result;
}

function hasOwn(machine: Machine, args: Arguments): boolean {
  const value = args[0];
  if (value === undefined || value === null) throw new Failure(`${kindName(value)} has no keys`);
  return Object.hasOwn(Object(value), keyOf(machine, args[1]));
}

function arrayFrom(machine: Machine, source: Value, callback: Callback | undefined): Value {
  const items = itemsOf(machine, source);
  return callback === undefined ? items : map(machine, items, (m, a, b) => callback(m, a, b, undefined, undefined));
}

/** The items of a list, the characters of a text, or `length` of what is not there: what `Array.from` reads. */
export function itemsOf(machine: Machine, source: Value): Value[] {
  const result: Value[] = [];
  if (isList(source)) {
    machine.makeList(source.length);
    for (let index = 0; index < source.length; index++) result[index] = source[index];
  } else if (typeof source === "string") {
    machine.makeTexts(source.length);
    machine.spend(source.length >>> 3);
    for (let at = 0; at < source.length;) {
      const character = String.fromCodePoint(source.codePointAt(at)!);
      result[result.length] = character;
      at += character.length;
    }
  } else if (isObject(source)) {
    const length = Object.hasOwn(source, "length") ? integerOf(machine, source["length"]) : 0;
    machine.makeList(Math.max(0, length));
    for (let index = 0; index < length; index++) {
      result[index] = Object.hasOwn(source, String(index)) ? source[String(index)] : undefined;
    }
  } else if (source === undefined || source === null) {
    throw new Failure(`Array.from can't make a list of ${kindName(source)}`);
  }
  return result;
}
