import { numberOf, textOf } from "./coerce.ts";
import type { Callback, Machine } from "./machine.ts";
import type { Value } from "./value.ts";

/** Whether `a` may stand before `b`. */
type InOrder<Item> = (a: Item, b: Item) => boolean;

/**
 * A sorted copy (ECMA-262 §23.1.3.30, stable, undefined last), by a callback or by the items' texts.
 */
export function sorted(machine: Machine, list: readonly Value[], callback: Callback | undefined): Value[] {
  machine.makeList(list.length * 2);
  const defined: Value[] = [];
  for (let index = 0; index < list.length; index++) {
    if (list[index] !== undefined) defined[defined.length] = list[index];
  }
  const result = callback === undefined ? byText(machine, defined) : byCallback(machine, defined, callback);
  while (result.length < list.length) result[result.length] = undefined;
  return result;
}

function byCallback(machine: Machine, items: Value[], callback: Callback): Value[] {
  // NaN counts as 0: the comparison is false either way.
  return mergeSort(machine, items, (a, b) => !(numberOf(machine, callback(machine, a, b, undefined, undefined)) > 0));
}

function byText(machine: Machine, items: Value[]): Value[] {
  const keyed: { text: string; item: Value }[] = [];
  for (let index = 0; index < items.length; index++) {
    machine.makeItem();
    keyed[index] = { text: textOf(machine, items[index]), item: items[index] };
  }
  const inOrder = mergeSort(machine, keyed, (a, b) => {
    machine.spend(1);
    machine.scan(Math.min(a.text.length, b.text.length));
    return a.text <= b.text;
  });
  const result: Value[] = [];
  for (let index = 0; index < inOrder.length; index++) result[index] = inOrder[index]?.item;
  return result;
}

/** Bottom-up merge sort between two arrays of the same length. */
function mergeSort<Item>(machine: Machine, items: Item[], inOrder: InOrder<Item>): Item[] {
  let from = items;
  let to: Item[] = [];
  for (let width = 1; width < items.length; width *= 2) {
    machine.spend(items.length >>> 2);
    // The items of a round all move, in order, so that the other list fills up without holes.
    for (let start = 0; start < items.length; start += 2 * width) {
      merge(from, to, start, Math.min(start + width, items.length), Math.min(start + 2 * width, items.length), inOrder);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function merge<Item>(
  from: Item[],
  to: Item[],
  start: number,
  middle: number,
  end: number,
  inOrder: InOrder<Item>,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft = right >= end || (left < middle && inOrder(from[left]!, from[right]!));
    to[at] = from[takeLeft ? left++ : right++]!;
  }
}
