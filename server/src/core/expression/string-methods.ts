import { integerOf, numberOf, positionOf, textOf } from "./coerce.ts";
import { Failure, type Machine } from "./machine.ts";
import type { Arguments, Method } from "./method.ts";
import { replaceAll, replaceFirst } from "./string-replace.ts";
import type { Value } from "./value.ts";

type Edge = (text: string) => string;

/** The methods of text, as ECMA-262 §22.1.3 has them, without those that need a regular expression. */
export const STRING_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ["at", (m, self, args) => self.at(integerOf(m, args[0]))],
  ["charAt", (m, self, args) => self.charAt(integerOf(m, args[0]))],
  ["charCodeAt", (m, self, args) => self.charCodeAt(integerOf(m, args[0]))],
  ["codePointAt", (m, self, args) => self.codePointAt(integerOf(m, args[0]))],
  ["concat", concatTexts],
  ["endsWith", (m, self, args) => ends(m, self, args)],
  ["includes", (m, self, args) => self.includes(needle(m, self, args), integerOf(m, args[1]))],
  ["indexOf", (m, self, args) => self.indexOf(needle(m, self, args), integerOf(m, args[1]))],
  ["isWellFormed", (_, self) => self.isWellFormed()],
  ["lastIndexOf", lastIndexOf],
  ["localeCompare", localeCompare],
  ["normalize", normalize],
  ["padEnd", (m, self, args) => pad(m, self, args, (text, length, fill) => text.padEnd(length, fill))],
  ["padStart", (m, self, args) => pad(m, self, args, (text, length, fill) => text.padStart(length, fill))],
  ["repeat", repeat],
  ["replace", (m, self, args) => replaceFirst(m, self, searched(m, args), textOf(m, args[1]))],
  ["replaceAll", (m, self, args) => replaceAll(m, self, searched(m, args), textOf(m, args[1]))],
  ["slice", (m, self, args) => self.slice(integerOf(m, args[0]), integerOf(m, args[1], self.length))],
  ["split", split],
  ["startsWith", (m, self, args) => self.startsWith(needle(m, self, args), integerOf(m, args[1]))],
  ["substr", substr],
  ["substring", (m, self, args) => self.substring(integerOf(m, args[0]), integerOf(m, args[1], self.length))],
  ["toLowerCase", (m, self) => remade(m, self, 3, (text) => text.toLowerCase())],
  ["toString", (_, self) => self],
  ["toUpperCase", (m, self) => remade(m, self, 3, (text) => text.toUpperCase())],
  ["toWellFormed", (m, self) => remade(m, self, 1, (text) => text.toWellFormed())],
  ["trim", (_, self) => self.trim()],
  ["trimEnd", (_, self) => self.trimEnd()],
  ["trimStart", (_, self) => self.trimStart()],
  ["valueOf", (_, self) => self],
]);

function needle(machine: Machine, self: string, args: Arguments): string {
  const text = textOf(machine, args[0]);
  machine.search(self.length, text.length);
  return text;
}

/** The first argument of `replace`, which JavaScript also lets be a function or a pattern. */
function searched(machine: Machine, args: Arguments): string {
  if (args.length < 2) throw new Failure("replace and replaceAll take the text to find and the text to put there");
  return textOf(machine, args[0]);
}

function ends(machine: Machine, self: string, args: Arguments): boolean {
  const text = needle(machine, self, args);
  return self.endsWith(text, integerOf(machine, args[1], self.length));
}

function lastIndexOf(machine: Machine, self: string, args: Arguments): number {
  const text = needle(machine, self, args);
  const from = numberOf(machine, args[1]);
  return self.lastIndexOf(text, Number.isNaN(from) ? Infinity : from);
}

/** What a method makes at most `growth` times as long as its text. */
function remade(machine: Machine, self: string, growth: number, make: Edge): string {
  machine.spend(self.length >>> 6);
  machine.makeText(self.length * growth);
  return make(self);
}

function concatTexts(machine: Machine, self: string, args: Arguments): string {
  let text = self;
  for (let index = 0; index < args.length; index++) text = machine.concat(text, textOf(machine, args[index]));
  return text;
}

/** Compares as people sort: by the given language, English when none is given (JavaScript takes the machine's). */
function localeCompare(machine: Machine, self: string, args: Arguments): number {
  const other = textOf(machine, args[0]);
  const locale = args[1] === undefined ? "en" : textOf(machine, args[1]);
  machine.spend(8 + ((self.length + other.length) >>> 4));
  try {
    return self.localeCompare(other, locale);
  } catch {
    throw new Failure("localeCompare takes a language tag such as en or de-DE");
  }
}

const FORMS = ["NFC", "NFD", "NFKC", "NFKD"];

function normalize(machine: Machine, self: string, args: Arguments): string {
  const form = args[0] === undefined ? "NFC" : textOf(machine, args[0]);
  if (!FORMS.includes(form)) throw new Failure(`normalize takes one of ${FORMS.join(", ")}`);
  // One character becomes at most 18 (Unicode's stability tables, U+FDFA under NFKC).
  return remade(machine, self, 18, (text) => text.normalize(form));
}

function pad(
  machine: Machine,
  self: string,
  args: Arguments,
  make: (text: string, length: number, fill: string) => string,
): string {
  const length = integerOf(machine, args[0]);
  const fill = args[1] === undefined ? " " : textOf(machine, args[1]);
  if (length <= self.length || fill === "") return self;
  machine.makeText(length);
  return make(self, length, fill);
}

function repeat(machine: Machine, self: string, args: Arguments): string {
  const count = integerOf(machine, args[0]);
  if (count < 0 || count === Infinity) throw new Failure("repeat takes a count of 0 or more");
  if (self === "") return "";
  machine.makeText(self.length * count);
  return self.repeat(count);
}

function split(machine: Machine, self: string, args: Arguments): Value {
  const limit = args[1] === undefined ? 4_294_967_295 : numberOf(machine, args[1]) >>> 0;
  if (args[0] === undefined) return limit === 0 ? [] : [self];
  const separator = needle(machine, self, args);
  const room = machine.roomForTexts() + 1;
  const parts = self.split(separator, Math.min(limit, room));
  machine.spend(parts.length >>> 2);
  machine.makeTexts(parts.length);
  return parts;
}

function substr(machine: Machine, self: string, args: Arguments): string {
  const start = positionOf(machine, args[0], self.length, 0);
  const count = integerOf(machine, args[1], self.length);
  return self.slice(start, Math.max(start, Math.min(self.length, start + count)));
}
