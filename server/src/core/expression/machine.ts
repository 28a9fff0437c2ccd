import type { Json } from "../json.ts";
import type { Value } from "./value.ts";

/** What one evaluation may use; a template counts all its fields together. */
export interface Limits {
  /** Operations; work inside a function counts in proportion to what it reads. */
  readonly steps: number;
  /** Bytes of text, lists and objects made in all, about; nothing is given back. */
  readonly bytesMade: number;
  /** Characters of one text made. */
  readonly textLength: number;
  /** Bytes of the result when written out as JSON, about; a value referred to twice counts twice. */
  readonly bytesResult: number;
  /** Levels of nested lists and objects that are walked or yielded. */
  readonly depth: number;
}

export const DEFAULT_LIMITS: Limits = {
  steps: 100_000,
  bytesMade: 16_777_216,
  textLength: 4_194_304,
  bytesResult: 33_554_432,
  depth: 256,
};

/** The names an expression can read, and nothing else. */
export type Scope = { readonly [root: string]: Json | undefined };

/** Why an expression could not be evaluated; its message names source text and kinds, never values. */
export class Failure extends Error {}

/** A compiled expression; called with the state of one evaluation. */
export type Run = (machine: Machine) => Value;

/** An arrow function or a named function given to a method. Absent arguments are undefined. */
export type Callback = (machine: Machine, a: Value, b: Value, c: Value, d: Value) => Value;

/** Bytes per item of a list, and per list, object or text beyond its content. */
const SLOT_BYTES = 8;
const HEAD_BYTES = 16;
const PROPERTY_BYTES = 32;

/** The state of one evaluation: its scope, its parameters, and what is left of its budget. */
export class Machine {
  readonly scope: Scope;
  readonly limits: Limits;
  /** One register per arrow-function parameter in the source: there is no recursion, so no stack. */
  readonly registers: Value[];
  /** The template field being evaluated, for the message of a failure. */
  field = "";
  #steps: number;
  #made: number;
  #result: number;

  constructor(scope: Scope, limits: Limits, registers: number) {
    this.scope = scope;
    this.limits = limits;
    this.registers = registers === 0 ? NO_REGISTERS : [];
    this.#steps = limits.steps;
    this.#made = limits.bytesMade;
    this.#result = limits.bytesResult;
  }

  /** What is left: the limits of a further evaluation that shares this one's budget. */
  left(): Limits {
    return { ...this.limits, steps: this.#steps, bytesMade: this.#made, bytesResult: this.#result };
  }

  /** Takes `steps` from the budget, before the work is done. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw this.#over(`takes more than ${this.limits.steps} steps`);
  }

  /** For reading `length` characters from front to end. */
  scan(length: number): void {
    if (length > 256) this.spend(length >>> 8);
  }

  /** For looking for `needle` characters in `length` characters, which in the worst case compares each with each. */
  search(length: number, needle: number): void {
    if (needle <= length) this.spend(Math.floor((length * (16 + needle)) / 2048));
  }

  /** Takes the bytes of a text of `length` characters from the budget, before it is made. */
  makeText(length: number): void {
    if (length > this.limits.textLength)
      throw this.#over(`makes a text of more than ${this.limits.textLength} characters`);
    this.#make(HEAD_BYTES + length);
  }

  /** Takes the bytes of a list of `length` items from the budget, and the steps to fill it. */
  makeList(length: number): void {
    this.#make(HEAD_BYTES + length * SLOT_BYTES);
    this.spend(length >>> 3);
  }

  /** For one more item in a list whose length was not known before. */
  makeItem(): void {
    this.#make(SLOT_BYTES * 2);
  }

  makeProperty(key: string): void {
    this.#make(PROPERTY_BYTES + key.length);
  }

  /** Joins two texts. The engine joins without copying the longer one, so only the shorter is counted. */
  concat(a: string, b: string): string {
    const length = a.length + b.length;
    if (length > this.limits.textLength)
      throw this.#over(`makes a text of more than ${this.limits.textLength} characters`);
    this.#make(HEAD_BYTES + Math.min(a.length, b.length));
    return a + b;
  }

  /** How many items of a list of texts the budget still allows. */
  roomForTexts(): number {
    return Math.floor(this.#made / (HEAD_BYTES + SLOT_BYTES));
  }

  makeTexts(count: number): void {
    this.#make(count * (HEAD_BYTES + SLOT_BYTES));
  }

  /** Counts `bytes` of the result. */
  keep(bytes: number): void {
    this.#result -= bytes;
    if (this.#result < 0) throw this.#over(`yields more than ${this.limits.bytesResult} bytes`);
  }

  checkDepth(depth: number): void {
    if (depth > this.limits.depth) {
      throw new Failure(
        `this value nests lists and objects more than ${this.limits.depth} deep; flatten it in a code step`,
      );
    }
  }

  #make(bytes: number): void {
    this.#made -= bytes;
    if (this.#made < 0) throw this.#over(`makes more than ${this.limits.bytesMade} bytes of text, lists and objects`);
  }

  #over(what: string): Failure {
    return new Failure(`this expression ${what}; use less data, or a code step`);
  }
}

const NO_REGISTERS: Value[] = [];
