import { ARRAY_CALLBACK_METHODS, arrayCallbackPlace } from "./array-callback-methods.ts";
import { ARRAY_METHODS } from "./array-methods.ts";
import { DATE_FUNCTIONS, DATE_METHODS } from "./date-functions.ts";
import { GLOBAL_CONSTANTS, GLOBAL_FUNCTIONS } from "./global-functions.ts";
import { JSON_FUNCTIONS } from "./json-functions.ts";
import { MATH_FUNCTIONS } from "./math-functions.ts";
import type { CallbackPlace, Method, Plain } from "./method.ts";
import { BOOLEAN_METHODS, NUMBER_METHODS } from "./number-methods.ts";
import { OBJECT_FUNCTIONS } from "./object-functions.ts";
import { STRING_METHODS } from "./string-methods.ts";
import type { Instant, Value } from "./value.ts";

/** What a method's name means for each type of value; the type is known only when it is called. */
export interface MethodByType {
  readonly text: Method<string> | undefined;
  readonly list: Method<readonly Value[]> | undefined;
  readonly number: Method<number> | undefined;
  readonly boolean: Method<boolean> | undefined;
  readonly date: Method<Instant> | undefined;
  readonly callback: CallbackPlace | undefined;
}

/** A method by its name, or undefined when no type has one of that name. Objects have no methods. */
export function methodNamed(name: string): MethodByType | undefined {
  const method = {
    text: STRING_METHODS.get(name),
    list: ARRAY_METHODS.get(name) ?? ARRAY_CALLBACK_METHODS.get(name),
    number: NUMBER_METHODS.get(name),
    boolean: BOOLEAN_METHODS.get(name),
    date: DATE_METHODS.get(name),
    callback: arrayCallbackPlace(name),
  };
  return (method.text ?? method.list ?? method.number ?? method.boolean ?? method.date) ? method : undefined;
}

export interface NamedFunction {
  readonly call: Plain;
  readonly callback: CallbackPlace | undefined;
  /** Whether it takes more arguments than two, so that it can't stand for an arrow function: methods give it the item, its position and more. */
  readonly variadic: boolean;
}

const VARIADIC: ReadonlySet<string> = new Set([
  "Array.from", "Array.of", "Date.UTC", "JSON.stringify", "Math.hypot", "Math.max", "Math.min", "Object.groupBy",
  "String.fromCharCode", "String.fromCodePoint",
]); // prettier-ignore

const FUNCTION_TABLES = [GLOBAL_FUNCTIONS, MATH_FUNCTIONS, JSON_FUNCTIONS, OBJECT_FUNCTIONS, DATE_FUNCTIONS] as const;

const FUNCTION_CALLBACKS: ReadonlyMap<string, CallbackPlace> = new Map([
  ["Array.from", { at: 1, optional: true }],
  ["Object.groupBy", { at: 1, optional: false }],
]);

/** A function by its full name, such as `Number` or `Math.max`. */
export function functionNamed(name: string): NamedFunction | undefined {
  for (const table of FUNCTION_TABLES) {
    const call = table.get(name);
    if (call !== undefined) return { call, callback: FUNCTION_CALLBACKS.get(name), variadic: VARIADIC.has(name) };
  }
  return undefined;
}

/** A constant by its full name: its value, or undefined when it is none (then `isConstant` is false). */
export function isConstant(name: string): boolean {
  return GLOBAL_CONSTANTS.has(name);
}

export function constantNamed(name: string): number | undefined {
  return GLOBAL_CONSTANTS.get(name);
}

const NAMESPACES: ReadonlySet<string> = new Set(["Array", "Date", "JSON", "Math", "Number", "Object", "String"]);

/** Whether `name.…` means a function or constant of the language. */
export function isNamespace(name: string): boolean {
  return NAMESPACES.has(name);
}

/** Every name of the language by where it stands: what docs/expressions.md has to list, and nothing else. */
export function languageNames(): Readonly<Record<string, readonly string[]>> {
  return {
    text: [...STRING_METHODS.keys()],
    lists: [...ARRAY_METHODS.keys(), ...ARRAY_CALLBACK_METHODS.keys()],
    numbers: [...NUMBER_METHODS.keys()],
    booleans: [...BOOLEAN_METHODS.keys()],
    dates: [...DATE_METHODS.keys()],
    functions: FUNCTION_TABLES.flatMap((table) => [...table.keys()]),
    constants: [...GLOBAL_CONSTANTS.keys()],
  };
}
