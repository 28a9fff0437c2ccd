import type { Callback, Machine } from "./machine.ts";
import type { Value } from "./value.ts";

/** Arguments in order, without the callback; absent ones are simply not there. */
export type Arguments = readonly Value[];

/** A method of one type. It returns new values and changes none. */
export type Method<Self> = (machine: Machine, self: Self, args: Arguments, callback: Callback | undefined) => Value;

/** A function of a namespace (`Math.max`) or a global one (`Number`). */
export type Plain = (machine: Machine, args: Arguments, callback: Callback | undefined) => Value;

/** Where a function takes a callback, the only place an arrow function may stand. */
export interface CallbackPlace {
  readonly at: number;
  readonly optional: boolean;
}
