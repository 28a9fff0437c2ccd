import type { Node } from "acorn";

const STEP = "use a code step";

/** What to say of JavaScript that is not in the language. All else is refused too, in general words. */
const SYNTAX: ReadonlyMap<string, string> = new Map([
  ["ArrowFunctionExpression", "a function can only stand where a method takes one, as in list.map(x => x.name)"],
  ["AssignmentExpression", `an expression can't assign; ${STEP}`],
  ["AwaitExpression", `an expression can't wait; ${STEP}`],
  ["ClassExpression", `classes are not in expressions; ${STEP}`],
  ["FunctionExpression", "write the function as an arrow: x => x.name"],
  ["ImportExpression", `an expression can't import; ${STEP}`],
  ["MetaProperty", `this is not in expressions; ${STEP}`],
  ["NewExpression", `only new Date(…) is known; ${STEP}`],
  ["SequenceExpression", "write one expression, without a comma"],
  ["TaggedTemplateExpression", `a template can't be tagged; ${STEP}`],
  ["ThisExpression", "this is not in expressions; use trigger, steps, run, vars or item"],
  ["UpdateExpression", "an expression changes nothing; write + 1 or - 1"],
  ["YieldExpression", `an expression can't yield; ${STEP}`],
]);

export function refusedSyntax(node: Node): string {
  return SYNTAX.get(node.type) ?? `this is not in expressions; ${STEP}`;
}

const PATTERN = `needs a regular expression, which expressions don't have; use includes, split or replaceAll with text, or a code step`;
const COPY = "would change its list; write a new one: [...list, item], slice, toSpliced or with";

const METHODS: ReadonlyMap<string, string> = new Map([
  ["copyWithin", COPY],
  ["exec", PATTERN],
  ["fill", "would change its list; use Array.from({ length: 3 }, () => 0)"],
  ["forEach", "gives nothing; use map"],
  ["hasOwnProperty", "is not known here; use Object.hasOwn(object, key)"],
  ["entries", "is not known here; use Object.entries(value) or map with (item, index)"],
  ["keys", "is not known here; use Object.keys(value)"],
  ["match", PATTERN],
  ["matchAll", PATTERN],
  ["pop", COPY],
  ["push", COPY],
  ["search", PATTERN],
  ["shift", COPY],
  ["splice", COPY],
  ["test", PATTERN],
  ["unshift", COPY],
  ["values", "is not known here; use Object.values(value)"],
]);

export function refusedMethod(name: string): string {
  return `\`${name}\` ${METHODS.get(name) ?? `is not known here; ${STEP}`}`;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["Date.now", "would read the clock; use run.startedAt"],
  ["Math.random", `gives something else each time; ${STEP}`],
  ["Object.assign", "would change its object; write { ...a, ...b }"],
  ["Intl", "is not known here; use toLocaleString or Date.format"],
]);

export function refusedName(name: string, roots: readonly string[]): string {
  const known = roots.length === 0 ? "" : `; known are ${roots.join(", ")} and the functions of docs/expressions.md`;
  return `\`${name}\` ${NAMES.get(name) ?? `is not known here${known}`}`;
}
