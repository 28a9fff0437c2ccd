import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseDocument,
  visit as visitNodes,
} from "yaml";

import { fieldPath } from "../core/field-path.ts";
import type { VisitField } from "./scan-json.ts";

/** Aliases of one document, and what they may multiply. */
const ALIASES_MAX = 100;
/** Marks, texts, spaces and line ends: a file that is no more than these for its bytes would take seconds. */
const TOKENS_MAX = 100_000;

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

/** Reads a YAML 1.2 document of the core schema: string keys only, none twice, no merge keys, nothing but values of JSON, bounded aliases. */
export function scanYaml(text: string): YamlText {
  const beyond = pastTokens(text);
  if (beyond !== null) {
    const message = `more than ${TOKENS_MAX} tokens: send the file as JSON, or move steps to flows of their own`;
    return { faults: [{ offset: beyond, message }], value: null, visitFields: () => undefined };
  }
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

/** What the lexer puts between the tokens of the text: a document begins, a flow collection ends, a scalar follows. */
const MARKS = new Set(["\u0002", "\u0018", "\u001F"]);

/** Where the text goes on after as many tokens as it may have; null when it has no more. */
function pastTokens(text: string): number | null {
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > TOKENS_MAX) return offset;
    if (!MARKS.has(token)) offset += token.length;
  }
  return null;
}

/** What each alias stands for: the last node before it that has its name. Null when there are too many. */
function anchorsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> | null {
  const named = new Map<string, Node>();
  const meant = new Map<Alias, Node>();
  let aliases = 0;
  visitNodes(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        aliases++;
        const found = named.get(node.source);
        if (found) meant.set(node, found);
      } else if (node.anchor !== undefined) named.set(node.anchor, node);
      return aliases > ALIASES_MAX ? visitNodes.BREAK : undefined;
    },
  });
  return aliases > ALIASES_MAX ? null : meant;
}

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
  const meant = anchorsOf(document);
  if (meant === null) return fault(0, `more than ${ALIASES_MAX} aliases (*name): write the values out`);
  let visits = 0;
  for (let one = work.pop(); one !== undefined && visits < VISITS_MAX; one = work.pop()) {
    const { field } = one;
    const node = isAlias(one.node) ? meant.get(one.node) : one.node;
    const offset = one.offset ?? (isAlias(one.node) ? startOf(one.node) : null);
    if (node === undefined) fault(offset ?? 0, "no anchor (&name) before this alias (*name) has its name");
    const beyond = notJson(node);
    if (beyond !== null) fault(offset ?? startOf(node) ?? 0, beyond);
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

const JSON_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

/** Why a node has no value in JSON, else null: the library reads dates, bytes and sets, whatever the schema. */
function notJson(node: unknown): string | null {
  if (!isNode(node) || isAlias(node)) return null;
  if (node.tag !== undefined && node.tag !== "!" && !JSON_TAG.test(node.tag))
    return `the tag ${short(node.tag)} gives no value of JSON: write a text, a number, a list or fields`;
  return isScalar(node) && typeof node.value === "number" && !Number.isFinite(node.value)
    ? "a number of JSON is finite: write it as a text"
    : null;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
