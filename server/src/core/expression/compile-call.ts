import type { CallExpression, Expression, MemberExpression, NewExpression, SpreadElement } from "acorn";
import type { Compilation } from "./compilation.ts";
import { compileArrow } from "./compile-arrow.ts";
import { compileItems } from "./compile-literal.ts";
import { CUT, missingMessage, staticName } from "./compile-member.ts";
import { makeDate } from "./date-functions.ts";
import { functionNamed, isNamespace, methodNamed, type MethodByType, type NamedFunction } from "./language.ts";
import { Failure, type Callback, type Machine, type Run } from "./machine.ts";
import type { Arguments, CallbackPlace } from "./method.ts";
import { refusedMethod, refusedSyntax } from "./refusals.ts";
import { isInstant, isList, kindName, newObject, type Value } from "./value.ts";

type Argument = Expression | SpreadElement;
type ArgumentsRun = (machine: Machine) => Arguments;

export function compileCall(c: Compilation, node: CallExpression): Run {
  c.cost++;
  const callee = node.callee;
  if (callee.type === "Super") return c.refuse(node, "super is not in expressions");
  if (node.optional) return c.refuse(node, "write the question mark before the dot: list?.map(…)");
  const named = namedFunction(c, callee);
  if (named !== undefined) return compilePlainCall(c, node, named);
  const full = functionName(c, callee);
  if (full !== undefined) return c.refuseName(callee, full);
  if (callee.type === "MemberExpression") return compileMethodCall(c, node, callee);
  return c.refuse(callee, "only the standard functions and methods can be called; use a code step");
}

/** The full name of a function of the language, such as `Math.max`, unless a parameter or root hides it. */
function functionName(c: Compilation, callee: Expression): string | undefined {
  if (callee.type === "Identifier") return c.isFree(callee.name) ? callee.name : undefined;
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier" || callee.computed) return undefined;
  const space = callee.object.name;
  return isNamespace(space) && c.isFree(space) ? `${space}.${staticName(callee) ?? ""}` : undefined;
}

function namedFunction(c: Compilation, callee: Expression): NamedFunction | undefined {
  const name = functionName(c, callee);
  return name === undefined ? undefined : functionNamed(name);
}

function compilePlainCall(c: Compilation, node: CallExpression, named: NamedFunction): Run {
  const { args, callback } = compileArguments(c, node, named.callback);
  const call = named.call;
  return (m) => call(m, args(m), callback);
}

export function compileNew(c: Compilation, node: NewExpression): Run {
  c.cost++;
  if (node.callee.type !== "Identifier" || node.callee.name !== "Date" || !c.isFree("Date")) {
    return c.refuse(node, refusedSyntax(node));
  }
  if (node.arguments.length === 0) return c.refuse(node, "new Date() would read the clock; use run.startedAt");
  const { args } = compileArguments(c, node, undefined);
  return (m) => makeDate(m, args(m));
}

function compileMethodCall(c: Compilation, node: CallExpression, callee: MemberExpression): Run {
  if (callee.object.type === "Super" || callee.computed) {
    return c.refuse(callee, "a method is called by its name: value.name(…)");
  }
  const name = staticName(callee);
  const method = name === undefined ? undefined : methodNamed(name);
  if (name === undefined || method === undefined) return c.refuse(callee.property, refusedMethod(name ?? ""));
  const object = c.compile(callee.object);
  const where = missingMessage(c, callee.object, name);
  const text = c.text(callee.object);
  const link = { optional: callee.optional, inChain: c.inChain };
  const { args, callback } = compileArguments(c, node, method.callback);
  return (m) => {
    const self = object(m);
    if (self === undefined || self === null) {
      if (link.optional) return CUT;
      throw new Failure(where(self));
    }
    if (link.inChain && self === CUT) return CUT;
    const result = callMethod(m, method, self, args, callback);
    if (result === ABSENT) throw new Failure(`${text} is ${kindName(self)} here, which has no method \`${name}\``);
    return result;
  };
}

/** Not a value: what `callMethod` gives when the type has no such method. */
const ABSENT: Value = newObject();

/** Calls the method that this type has under the name. Only tables are consulted, never the value. */
function callMethod(
  m: Machine,
  method: MethodByType,
  self: NonNullable<Value>,
  args: ArgumentsRun,
  callback: Callback | undefined,
): Value {
  if (typeof self === "string") {
    m.scan(self.length);
    return method.text === undefined ? ABSENT : method.text(m, self, args(m), callback);
  }
  if (isList(self)) return method.list === undefined ? ABSENT : method.list(m, self, args(m), callback);
  if (typeof self === "number") return method.number === undefined ? ABSENT : method.number(m, self, args(m), callback);
  if (typeof self === "boolean") {
    return method.boolean === undefined ? ABSENT : method.boolean(m, self, args(m), callback);
  }
  return isInstant(self) && method.date !== undefined ? method.date(m, self, args(m), callback) : ABSENT;
}

/** The arguments without the callback, which is compiled apart and never is a value. */
function compileArguments(
  c: Compilation,
  call: CallExpression | NewExpression,
  place: CallbackPlace | undefined,
): { args: ArgumentsRun; callback: Callback | undefined } {
  const nodes = call.arguments;
  c.cost += nodes.length;
  const wasInChain = c.inChain;
  c.inChain = false;
  const at = place === undefined ? undefined : nodes[place.at];
  if (place !== undefined && at === undefined && !place.optional) {
    c.refuse(call, "a function such as x => x.name is missing between the parentheses");
  }
  const callback = at === undefined ? undefined : compileCallback(c, at);
  const others = at === undefined ? nodes : nodes.filter((node) => node !== at);
  const args = compileList(c, others);
  c.inChain = wasInChain;
  return { args, callback };
}

const NO_ARGUMENTS: Arguments = Object.freeze([]);

function compileList(c: Compilation, nodes: readonly Argument[]): ArgumentsRun {
  const [only, ...rest] = nodes;
  if (only === undefined) return () => NO_ARGUMENTS;
  if (rest.length > 0 || only.type === "SpreadElement") return compileItems(c, nodes);
  const run = c.compile(only);
  return (m) => [run(m)];
}

/** An arrow function, or one of the language's functions by its name, as in `list.filter(Boolean)`. */
function compileCallback(c: Compilation, argument: Argument): Callback {
  let node = argument;
  while (node.type === "ParenthesizedExpression") node = node.expression;
  if (node.type === "ArrowFunctionExpression") return compileArrow(c, node);
  const named = node.type === "SpreadElement" ? undefined : namedFunction(c, node);
  if (named === undefined || named.variadic) return c.refuse(node, "here stands a function such as x => x.name");
  const call = named.call;
  return (m, first, second) => {
    m.spend(2);
    return call(m, [first, second], undefined);
  };
}
