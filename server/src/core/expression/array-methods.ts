import { integerOf, joinText, positionOf, textOf } from "./coerce.ts";
import { sameValueZero, strictlyEqual } from "./equality.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Method } from "./method.ts";
import { isList, type Value } from "./value.ts";

type List = readonly Value[];

/** The methods of lists that take no function (ECMA-262 §23.1.3). None changes its list. */
export const ARRAY_METHODS: ReadonlyMap<string, Method<List>> = new Map<string, Method<List>>([
  ["at", at],
  ["concat", concat],
  ["flat", (m, self, args) => flattened(m, self, integerOf(m, args[0], 1))],
  ["includes", (m, self, args) => indexOf(m, self, args, sameValueZero) >= 0],
  ["indexOf", (m, self, args) => indexOf(m, self, args, strictlyEqual)],
  ["join", (m, self, args) => joinText(m, self, args[0] === undefined ? "," : textOf(m, args[0]), 0)],
  ["lastIndexOf", lastIndexOf],
  ["reverse", (m, self) => reversed(m, self)],
  ["slice", slice],
  ["toReversed", (m, self) => reversed(m, self)],
  ["toSpliced", toSpliced],
  ["toString", (m, self) => joinText(m, self, ",", 0)],
  ["with", replaced],
]);

function at(machine: Machine, self: List, args: Arguments): Value {
  const index = integerOf(machine, args[0]);
  return self[index < 0 ? self.length + index : index];
}

function concat(machine: Machine, self: List, args: Arguments): Value {
  machine.makeList(self.length);
  const result: Value[] = [];
  append(result, self);
  for (let index = 0; index < args.length; index++) {
    const item = args[index];
    machine.makeList(isList(item) ? item.length : 1);
    if (isList(item)) append(result, item);
    else result[result.length] = item;
  }
  return result;
}

function append(result: Value[], items: List): void {
  for (let index = 0; index < items.length; index++) result[result.length] = items[index];
}

/** The items, with those of lists down to `depth` levels in their place. */
export function flattened(machine: Machine, self: List, depth: number): Value[] {
  const result: Value[] = [];
  flattenInto(machine, result, self, depth, 0);
  return result;
}

function flattenInto(machine: Machine, result: Value[], list: List, depth: number, level: number): void {
  machine.checkDepth(level);
  machine.spend(1 + (list.length >>> 2));
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (isList(item) && level < depth) {
      flattenInto(machine, result, item, depth, level + 1);
    } else {
      machine.makeItem();
      result[result.length] = item;
    }
  }
}

function indexOf(
  machine: Machine,
  self: List,
  args: Arguments,
  equal: (machine: Machine, a: Value, b: Value) => boolean,
): number {
  const wanted = args[0];
  machine.spend(self.length >>> 3);
  for (let index = positionOf(machine, args[1], self.length, 0); index < self.length; index++) {
    if (equal(machine, self[index], wanted)) return index;
  }
  return -1;
}

function lastIndexOf(machine: Machine, self: List, args: Arguments): number {
  machine.spend(self.length >>> 3);
  const from = args.length > 1 ? integerOf(machine, args[1]) : self.length - 1;
  for (let index = from < 0 ? self.length + from : Math.min(from, self.length - 1); index >= 0; index--) {
    if (strictlyEqual(machine, self[index], args[0])) return index;
  }
  return -1;
}

function reversed(machine: Machine, self: List): Value {
  machine.makeList(self.length);
  const result: Value[] = [];
  for (let index = self.length - 1; index >= 0; index--) result[result.length] = self[index];
  return result;
}

function slice(machine: Machine, self: List, args: Arguments): Value {
  const start = positionOf(machine, args[0], self.length, 0);
  const end = positionOf(machine, args[1], self.length, self.length);
  machine.makeList(Math.max(0, end - start));
  const result: Value[] = [];
  for (let index = start; index < end; index++) result[result.length] = self[index];
  return result;
}

function toSpliced(machine: Machine, self: List, args: Arguments): Value {
  const start = positionOf(machine, args[0], self.length, 0);
  const most = self.length - start;
  const absent = args.length === 0 ? 0 : most;
  const skipped = args.length < 2 ? absent : Math.max(0, Math.min(most, integerOf(machine, args[1])));
  machine.makeList(self.length - skipped + Math.max(0, args.length - 2));
  const result: Value[] = [];
  for (let index = 0; index < start; index++) result[result.length] = self[index];
  for (let index = 2; index < args.length; index++) result[result.length] = args[index];
  for (let index = start + skipped; index < self.length; index++) result[result.length] = self[index];
  return result;
}

function replaced(machine: Machine, self: List, args: Arguments): Value {
  const asked = integerOf(machine, args[0]);
  const index = asked < 0 ? self.length + asked : asked;
  if (index < 0 || index >= self.length) throw new Failure("with takes the position of an item that is there");
  machine.makeList(self.length);
  const result: Value[] = [];
  append(result, self);
  result[index] = args[1];
  return result;
}
