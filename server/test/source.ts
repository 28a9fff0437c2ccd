/** What the architecture's rules look at in one source file, found by parsing it. */
import { parseAst } from "vitest/node";

export interface Source {
  /** From the repository's root, with slashes. */
  readonly path: string;
  /** Everything it imports or exports from, types and dynamic imports included; `<computed>` where no literal says what. */
  readonly imports: readonly string[];
  /** Names that are read as variables or as members of `globalThis`. */
  readonly names: ReadonlySet<string>;
  /** Names that are called or constructed. */
  readonly calls: ReadonlySet<string>;
  /** Text literals and templates, `$` in place of each expression. */
  readonly texts: readonly string[];
  /** It consists of nothing but exports of others' names. */
  readonly isBarrel: boolean;
  /** Comments that switch a rule of the linter or the compiler off. */
  readonly exemptions: readonly string[];
}

const EXEMPTION = /(?:\/\/|\/\*)\s*((?:oxlint|eslint)-disable.*|@ts-(?:ignore|nocheck|expect-error).*)/g;

export function readSource(path: string, text: string): Source {
  const program: unknown = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path);
  const found: Found = { imports: [], names: new Set(), calls: new Set(), texts: [], literals: [] };
  visit(program, found);
  const { body } = isNode(program) ? program : { body: [] };
  const statements = Array.isArray(body) ? body.filter(isNode) : [];
  const isBarrel = statements.length > 0 && statements.every((each) => isReexport(each));
  const { literals, ...facts } = found;
  const exemptions = Array.from(without(text, literals).matchAll(EXEMPTION), ([, comment]) => comment ?? "");
  return { path, ...facts, isBarrel, exemptions };
}

/** The code alone: a text that shows a comment is none. */
function without(text: string, literals: readonly Node[]): string {
  let code = "";
  let at = 0;
  for (const { start, end } of literals) {
    code += text.slice(at, Number(start));
    at = Number(end);
  }
  return code + text.slice(at);
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Found {
  readonly imports: string[];
  readonly names: Set<string>;
  readonly calls: Set<string>;
  readonly texts: string[];
  /** In the order of the text. */
  readonly literals: Node[];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function isReexport(node: Node): boolean {
  return node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && isNode(node["source"]));
}

function visit(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, found);
  } else if (isNode(node)) {
    note(node, found);
    for (const [field, child] of Object.entries(node)) if (!isPlainKey(node, field)) visit(child, found);
  }
}

/** `b` of `a.b`, of `{ b: 1 }`, of a class's `b()` and of the like: a name, but of no variable. */
function isPlainKey(node: Node, field: string): boolean {
  if (field !== "property" && field !== "key") return false;
  return node["computed"] === false && node["shorthand"] !== true;
}

function note(node: Node, found: Found): void {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "TSImportType":
    case "ImportExpression":
      if (isNode(node["source"])) found.imports.push(textOf(node["source"]) ?? "<computed>");
      break;
    case "TSExternalModuleReference":
      found.imports.push(textOf(node["expression"]) ?? "<computed>");
      break;
    case "Identifier":
    case "JSXIdentifier":
      found.names.add(String(node["name"]));
      break;
    case "MemberExpression":
      noteMember(node, found);
      break;
    case "CallExpression":
    case "NewExpression":
      noteCall(node, found);
      break;
    case "TemplateElement":
      found.literals.push(node);
      break;
    case "Literal":
      found.literals.push(node);
      found.texts.push(textOf(node) ?? "");
      break;
    case "TemplateLiteral":
      found.texts.push(textOf(node) ?? "");
      break;
    default:
  }
}

function noteMember({ object, property }: Node, found: Found): void {
  if (!isNode(object) || !isNode(property)) return;
  const { name } = property;
  const member = typeof name === "string" ? name : textOf(property);
  const isGlobal = ["globalThis", "global", "self", "window"].some((each) => each === object["name"]);
  if (isGlobal && member !== null) found.names.add(member);
}

function noteCall({ callee, arguments: given }: Node, found: Found): void {
  if (!isNode(callee)) return;
  const property = isNode(callee["property"]) ? callee["property"]["name"] : undefined;
  const name = String(callee["name"] ?? property);
  found.calls.add(name);
  if (name !== "require" && name !== "getBuiltinModule") return;
  found.imports.push((Array.isArray(given) ? textOf(given[0]) : null) ?? "<computed>");
}

/** The text of a literal, or of a template with `$` for each expression; null when it is neither. */
function textOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : null;
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"])) return null;
  return node["quasis"].map(({ value }: { value: { cooked: string | null } }) => value.cooked ?? "").join("$");
}
