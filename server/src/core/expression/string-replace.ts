import type { Machine } from "./machine.ts";

/** `text.replace(found, put)` for texts: the first occurrence only. */
export function replaceFirst(machine: Machine, text: string, found: string, put: string): string {
  machine.search(text.length, found.length);
  const at = text.indexOf(found);
  if (at < 0) return text;
  const head = machine.concat(text.slice(0, at), expand(machine, put, text, found, at));
  return machine.concat(head, text.slice(at + found.length));
}

/** `text.replaceAll(found, put)` for texts; an empty `found` matches between all characters. */
export function replaceAll(machine: Machine, text: string, found: string, put: string): string {
  machine.search(text.length, found.length);
  let result = "";
  let copied = 0;
  let at = text.indexOf(found);
  while (at >= 0) {
    machine.spend(1);
    result = machine.concat(result, text.slice(copied, at));
    result = machine.concat(result, expand(machine, put, text, found, at));
    copied = at + found.length;
    // Past the end, indexOf of an empty text would find the end again.
    at = found === "" && at >= text.length ? -1 : text.indexOf(found, at + Math.max(1, found.length));
  }
  return machine.concat(result, text.slice(copied));
}

/** GetSubstitution (ECMA-262 §22.1.3.19.1) without captures: `$$`, `$&`, `` $` `` and `$'`. */
function expand(machine: Machine, put: string, text: string, found: string, at: number): string {
  machine.scan(put.length);
  let dollar = put.indexOf("$");
  if (dollar < 0) return put;
  let result = "";
  let copied = 0;
  while (dollar >= 0 && dollar < put.length - 1) {
    machine.spend(1);
    const piece = substitution(put[dollar + 1]!, text, found, at);
    if (piece !== null) {
      result = machine.concat(machine.concat(result, put.slice(copied, dollar)), piece);
      copied = dollar + 2;
    }
    dollar = put.indexOf("$", dollar + (piece === null ? 1 : 2));
  }
  return machine.concat(result, put.slice(copied));
}

function substitution(sign: string, text: string, found: string, at: number): string | null {
  switch (sign) {
    case "$":
      return "$";
    case "&":
      return found;
    case "`":
      return text.slice(0, at);
    case "'":
      return text.slice(at + found.length);
    default:
      return null;
  }
}
