import { scanJson, type VisitField } from "./scan-json.ts";
import { scanYaml } from "./scan-yaml.ts";

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The line, from 1, of a field such as `steps[2].input.url` in the text of a flow file; of what is around it when it is missing there. */
export function lineOf(text: string, field: string): number {
  return positionsOf(text, [field])(field).line;
}

/** As `lineOf` for several fields, reading the text once. */
export function positionsOf(text: string, fields: readonly string[]): (field: string) => Position {
  const json = /^\s*\{/.test(text) && scanJson(text) === null;
  return positionsIn(text, fields, json ? (visit) => void scanJson(text, visit) : scanYaml(text).visitFields);
}

/** Positions of `fields` found by one visit of all fields of the text. */
export function positionsIn(
  text: string,
  fields: readonly string[],
  visitFields: (visit: VisitField) => void,
): (field: string) => Position {
  const wanted = new Set(fields.flatMap(fieldAndAround));
  const offsets = new Map<string, number>();
  visitFields((field, offset) => {
    if (wanted.has(field) && !offsets.has(field)) offsets.set(field, offset);
  });
  const position = positionAt(text);
  return (field) => position(offsets.get(fieldAndAround(field).find((one) => offsets.has(one)) ?? "") ?? 0);
}

/** A field, then what is around it: `a[1].b`, `a[1]`, `a`. */
function fieldAndAround(field: string): string[] {
  const all = [field];
  for (let rest = field; ;) {
    const cut = Math.max(rest.lastIndexOf("."), rest.lastIndexOf("["));
    if (cut <= 0) return all;
    rest = rest.slice(0, cut);
    all.push(rest);
  }
}

/** Turns offsets in a text into lines and columns. */
export function positionAt(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
