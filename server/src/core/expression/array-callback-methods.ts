import { flattened } from "./array-methods.ts";
import { Failure, type Callback, type Machine } from "./machine.ts";
import type { Arguments, CallbackPlace, Method } from "./method.ts";
import { sorted } from "./sort.ts";
import type { Value } from "./value.ts";

type List = readonly Value[];

/** The methods of lists that take a function (ECMA-262 §23.1.3). None changes its list: `sort` gives a sorted copy. */
export const ARRAY_CALLBACK_METHODS: ReadonlyMap<string, Method<List>> = new Map<string, Method<List>>([
  ["every", (m, self, _, callback) => findIndex(m, self, not(given(callback))) < 0],
  ["filter", (m, self, _, callback) => filter(m, self, given(callback))],
  ["find", (m, self, _, callback) => self[findIndex(m, self, given(callback))]],
  ["findIndex", (m, self, _, callback) => findIndex(m, self, given(callback))],
  ["findLast", (m, self, _, callback) => self[findLastIndex(m, self, given(callback))]],
  ["findLastIndex", (m, self, _, callback) => findLastIndex(m, self, given(callback))],
  ["flatMap", (m, self, _, callback) => flattened(m, map(m, self, given(callback)), 1)],
  ["map", (m, self, _, callback) => map(m, self, given(callback))],
  ["reduce", (m, self, args, callback) => reduce(m, self, args, given(callback))],
  ["reduceRight", (m, self, args, callback) => reduceRight(m, self, args, given(callback))],
  ["some", (m, self, _, callback) => findIndex(m, self, given(callback)) >= 0],
  ["sort", (m, self, _, callback) => sorted(m, self, callback)],
  ["toSorted", (m, self, _, callback) => sorted(m, self, callback)],
]);

/** All of these take their function first; only sorting does without. */
export function arrayCallbackPlace(method: string): CallbackPlace | undefined {
  if (!ARRAY_CALLBACK_METHODS.has(method)) return undefined;
  return { at: 0, optional: method === "sort" || method === "toSorted" };
}

function given(callback: Callback | undefined): Callback {
  if (callback === undefined) throw new Failure("this method takes a function such as x => x.name");
  return callback;
}

function not(callback: Callback): Callback {
  return (machine, a, b, c, d) => !callback(machine, a, b, c, d);
}

export function map(machine: Machine, self: List, callback: Callback): Value[] {
  machine.makeList(self.length);
  const result: Value[] = [];
  for (let index = 0; index < self.length; index++)
    result[index] = callback(machine, self[index], index, self, undefined);
  return result;
}

function filter(machine: Machine, self: List, callback: Callback): Value {
  machine.makeList(self.length);
  const result: Value[] = [];
  for (let index = 0; index < self.length; index++) {
    const item = self[index];
    if (callback(machine, item, index, self, undefined)) result[result.length] = item;
  }
  return result;
}

function findIndex(machine: Machine, self: List, callback: Callback): number {
  for (let index = 0; index < self.length; index++) {
    if (callback(machine, self[index], index, self, undefined)) return index;
  }
  return -1;
}

function findLastIndex(machine: Machine, self: List, callback: Callback): number {
  for (let index = self.length - 1; index >= 0; index--) {
    if (callback(machine, self[index], index, self, undefined)) return index;
  }
  return -1;
}

function reduce(machine: Machine, self: List, args: Arguments, callback: Callback): Value {
  let index = 0;
  let result = args.length > 0 ? args[0] : firstOf(self, self[index++]);
  for (; index < self.length; index++) result = callback(machine, result, self[index], index, self);
  return result;
}

function reduceRight(machine: Machine, self: List, args: Arguments, callback: Callback): Value {
  let index = self.length - 1;
  let result = args.length > 0 ? args[0] : firstOf(self, self[index--]);
  for (; index >= 0; index--) result = callback(machine, result, self[index], index, self);
  return result;
}

function firstOf(self: List, first: Value): Value {
  if (self.length === 0) throw new Failure("reduce of an empty list needs a second argument to begin with");
  return first;
}
