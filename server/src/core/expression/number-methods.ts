import { integerOf, textOf } from "./coerce.ts";
import { formatNumber } from "./format.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Method } from "./method.ts";

/** The methods of numbers, as ECMA-262 §21.1.3 has them. */
export const NUMBER_METHODS: ReadonlyMap<string, Method<number>> = new Map<string, Method<number>>([
  ["toExponential", toExponential],
  ["toFixed", (m, self, args) => self.toFixed(digits(m, args, 0, 0, 100))],
  ["toLocaleString", (m, self, args) => formatNumber(m, self, args[0], args[1])],
  ["toPrecision", (m, self, args) => (args[0] === undefined ? String(self) : toPrecision(m, self, args))],
  ["toString", toString],
  ["valueOf", (_, self) => self],
]);

export const BOOLEAN_METHODS: ReadonlyMap<string, Method<boolean>> = new Map<string, Method<boolean>>([
  ["toString", (_, self) => String(self)],
  ["valueOf", (_, self) => self],
]);

function digits(machine: Machine, args: Arguments, absent: number, least: number, most: number): number {
  const count = integerOf(machine, args[0], absent);
  machine.spend(40 + count); // up to 4 µs, as much as forty plain operations
  if (count < least || count > most) throw new Failure(`the number of digits is from ${least} to ${most}`);
  return count;
}

function toExponential(machine: Machine, self: number, args: Arguments): string {
  return args[0] === undefined || !Number.isFinite(self)
    ? self.toExponential()
    : self.toExponential(digits(machine, args, 0, 0, 100));
}

function toPrecision(machine: Machine, self: number, args: Arguments): string {
  return Number.isFinite(self) ? self.toPrecision(digits(machine, args, 1, 1, 100)) : textOf(machine, self);
}

function toString(machine: Machine, self: number, args: Arguments): string {
  const radix = integerOf(machine, args[0], 10);
  if (radix < 2 || radix > 36) throw new Failure("toString takes a base from 2 to 36");
  // The longest text of a double is about 1,100 digits, in base 2.
  machine.spend(radix === 10 ? 0 : 60);
  machine.makeText(radix === 10 ? 32 : 1100);
  return self.toString(radix);
}
