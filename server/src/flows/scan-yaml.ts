import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type Document } from "yaml";
import { fieldPath } from "../core/field-path.ts";
import type { VisitField } from "./scan-json.ts";

/** Aliases that one document may resolve, counted with what they multiply. */
const ALIASES_MAX = 100;

/** Fields visited, aliases expanded: a bound for documents that expand to more than they hold. */
const VISITS_MAX = 500_000;
const FAULTS_MAX = 50;

interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

export interface YamlText {
  readonly faults: readonly YamlFault[];
  /** Null when there are faults. */
  readonly value: unknown;
  readonly visitFields: (visit: VisitField) => void;
}

/** Reads a YAML 1.2 document of the core schema: string keys only, none twice, no merge keys, no dates, bounded aliases. */
export function scanYaml(text: string): YamlText {
  const document = parseDocument(text, OPTIONS);
  const faults = [...document.errors, ...document.warnings].map((one) => ({
    offset: one.pos[0],
    message: short(one.message),
  }));
  const visitFields = (visit: VisitField) => visitDocument(document, visit, () => undefined);
  if (faults.length === 0) {
    visitDocument(
      document,
      () => undefined,
      (offset, message) => {
        if (faults.length < FAULTS_MAX) faults.push({ offset, message });
      },
    );
  }
  if (faults.length > 0) return { faults, value: null, visitFields };
  try {
    return { faults, value: document.toJS({ maxAliasCount: ALIASES_MAX }), visitFields };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return {
      faults: [{ offset: 0, message: "aliases (*name) multiply too much: write the values out" }],
      value: null,
      visitFields,
    };
  }
}

/** The library's own check of unique keys compares each with each: 80,000 keys took 35 s. Ours is a set. */
const OPTIONS = {
  version: "1.2",
  schema: "core",
  merge: false,
  uniqueKeys: false,
  stringKeys: true,
  prettyErrors: false,
  logLevel: "error",
  strict: true,
} as const;

function short(message: string): string {
  return message.split("\n", 1)[0]!.slice(0, 200);
}

/** Visits the fields of a document, those that come by an alias at the alias's place. */
function visitDocument(
  document: Document.Parsed,
  visit: VisitField,
  fault: (offset: number, message: string) => void,
): void {
  const work: { node: unknown; field: string; offset: number | null }[] = [
    { node: document.contents, field: "", offset: null },
  ];
  let visits = 0;
  let aliases = 0;
  for (let one = work.pop(); one !== undefined && visits < VISITS_MAX; one = work.pop()) {
    const { field } = one;
    // Finding what an alias means walks the whole document.
    const node = isAlias(one.node) && aliases++ < ALIASES_MAX ? one.node.resolve(document) : one.node;
    const offset = one.offset ?? (isAlias(one.node) ? startOf(one.node) : null);
    if (node === undefined) fault(offset ?? 0, "no anchor (&name) before this alias (*name) has its name");
    if (isMap(node)) {
      const names = new Set<string>();
      for (const pair of node.items) {
        visits++;
        const name = isScalar(pair.key) ? String(pair.key.value) : "";
        const inner = fieldPath(field === "" ? [name] : [field, name]);
        const start = offset ?? startOf(pair.key) ?? 0;
        if (names.has(name)) fault(start, `the field "${name}" is given twice here: keep one`);
        names.add(name);
        visit(inner, start, name);
        work.push({ node: pair.value, field: inner, offset });
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        visits++;
        visit(`${field}[${index}]`, offset ?? startOf(item) ?? 0, null);
        work.push({ node: item, field: `${field}[${index}]`, offset });
      }
    }
  }
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
