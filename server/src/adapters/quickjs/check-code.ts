import { stripTypeScriptTypes } from "node:module";
import { parse, type Node, type Program } from "acorn";
import type { CodeLanguage, CodeVerdict } from "../../core/ports/code-runner.ts";

/** Of a step's source, in characters: what is larger is a program, not a step. */
const SOURCE_MAX = 256_000;
/** What QuickJS-ng 0.17 understands. */
const ECMA_VERSION = 2025;
/** What Node understands. */
const ECMA_VERSION_NODE = 2026;
/** Appended by Node when the source is given a name; the name is given for the sake of positions in errors. */
const SOURCE_URL = "\n\n//# sourceURL=step.ts";

class CodeProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, at: { readonly line: number; readonly column: number }) {
    super(message);
    this.line = at.line;
    this.column = at.column;
  }
}

/**
 * Judges a code step at publish by parsing alone; nothing of it is executed. TypeScript loses its
 * types by being blanked out, so that positions stay; what would have to be rewritten (enums,
 * namespaces, parameter properties) is refused. Lines and columns count from 1.
 */
export function checkCode(language: CodeLanguage, source: string): CodeVerdict {
  try {
    if (source.length > SOURCE_MAX) throw problem(`The source is longer than ${SOURCE_MAX} characters.`);
    if (language === "python") return checkPython(source);
    if (language === "node") return checkNode(source);
    const plain = language === "ts" ? stripTypes(source) : source;
    const program = parseModule(plain);
    refuseImports(program);
    requireDefault(program);
    return { source: plain };
  } catch (error) {
    if (error instanceof CodeProblem) return { problem: error.message, line: error.line, column: error.column };
    // The parsers recurse; a source nested ten thousand deep ends here.
    if (error instanceof RangeError) return { problem: "The source is nested too deeply.", line: 1, column: 1 };
    // What a parser makes of a source it can't take is no failure of ours.
    return { problem: "The source can't be read as code.", line: 1, column: 1 };
  }
}

/** Plain JavaScript as it is; what is not that is read as TypeScript, and the problem told is of that reading. */
function checkNode(source: string): CodeVerdict {
  let plain = source;
  try {
    requireDefault(parseModule(source, ECMA_VERSION_NODE));
    return { source };
  } catch (error) {
    if (!(error instanceof CodeProblem) || error.message === MUST_EXPORT) throw error;
    plain = stripTypes(source);
  }
  requireDefault(parseModule(plain, ECMA_VERSION_NODE));
  return { source: plain };
}

/** Only whether its function is there: what else is wrong in it, Python says with the line when it runs. */
function checkPython(source: string): CodeVerdict {
  if (source.includes("\0")) throw problem("The source holds a NUL character.");
  if (!/^(?:async[ \t]+)?def[ \t]+main[ \t]*\(|^main[ \t]*=/m.test(source))
    throw problem("The module must define its function at the top level: `def main(input):`.");
  return { source };
}

function stripTypes(source: string): string {
  try {
    const text = stripTypeScriptTypes(source, { mode: "strip", sourceUrl: "step.ts" });
    return text.endsWith(SOURCE_URL) ? text.slice(0, -SOURCE_URL.length) : text;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const { code, message, stack = "" } = error;
    if (code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" && code !== "ERR_INVALID_TYPESCRIPT_SYNTAX") throw error;
    const text = message.replace(/ is not supported in (strip-only|type strip) mode/, " is not supported here");
    throw problem(
      code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"
        ? `${text.replace(/\.$/, "")}. Types are removed, not compiled: write it as plain JavaScript.`
        : text,
      positionInStack(stack),
    );
  }
}

/** Node names the position only in the head of the stack: file and line, an empty line or none, the source line, carets below. */
function positionInStack(stack: string): { line: number; column: number } {
  const head = stack.split("\n");
  const line = Number(/^step\.ts:(\d+)/.exec(head[0] ?? "")?.[1] ?? 1);
  const carets = head.slice(0, 6).find((text) => /^\s*\^+\s*$/.test(text));
  return { line, column: carets ? carets.indexOf("^") + 1 : 1 };
}

function parseModule(source: string, ecmaVersion: 2025 | 2026 = ECMA_VERSION): Program {
  try {
    return parse(source, { ecmaVersion, sourceType: "module", locations: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Acorn ends its message with the position, the column counted from 0.
    const [, text = error.message, line = 1, column = 0] = /^(.*) \((\d+):(\d+)\)$/s.exec(error.message) ?? [];
    throw problem(`${text}.`, { line: Number(line), column: Number(column) + 1 });
  }
}

/** Walks the whole tree without recursion. */
function refuseImports(program: Program): void {
  const open: unknown[] = [program];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || value instanceof RegExp) continue;
    if (isNode(value) && IMPORTS.has(value.type) && (!("source" in value) || value.source)) {
      throw problem(
        "A light code step can't import modules. Write what it needs in the step itself, or use the language node.",
        start(value),
      );
    }
    open.push(...Object.values(value));
  }
}

const IMPORTS = new Set(["ImportDeclaration", "ImportExpression", "ExportAllDeclaration", "ExportNamedDeclaration"]);

function requireDefault(program: Program): void {
  let found = false;
  for (const node of program.body) {
    if (node.type === "ExportDefaultDeclaration") {
      if (NOT_FUNCTIONS.has(node.declaration.type)) throw problem(MUST_EXPORT, start(node));
      if ("generator" in node.declaration && node.declaration.generator) {
        throw problem("The default export must be a function or an async function, not a generator.", start(node));
      }
      found = true;
    } else if (node.type === "ExportNamedDeclaration") {
      const names = node.specifiers.map(({ exported }) =>
        exported.type === "Identifier" ? exported.name : exported.value,
      );
      if (node.declaration || names.some((name) => name !== "default")) {
        throw problem("A code step has one export, its default; this other export has no meaning.", start(node));
      }
      found ||= names.length > 0;
    }
  }
  if (!found) throw problem(MUST_EXPORT);
}

const MUST_EXPORT = "The module must export a function as its default: `export default ({ steps, trigger }) => …`.";
const NOT_FUNCTIONS = new Set([
  "ClassDeclaration",
  "ClassExpression",
  "Literal",
  "TemplateLiteral",
  "ObjectExpression",
  "ArrayExpression",
]);

function isNode(value: object): value is Node {
  return "type" in value && typeof value.type === "string";
}

function start(node: Node): { line: number; column: number } {
  return { line: node.loc?.start.line ?? 1, column: (node.loc?.start.column ?? 0) + 1 };
}

function problem(message: string, at = { line: 1, column: 1 }): CodeProblem {
  return new CodeProblem(message, at);
}
