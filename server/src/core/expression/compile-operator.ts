import type { BinaryExpression, ConditionalExpression, LogicalExpression, UnaryExpression } from "acorn";
import type { Compilation } from "./compilation.ts";
import { numberOf, primitiveOf, textOf } from "./coerce.ts";
import { isLess, looselyEqual, strictlyEqual } from "./equality.ts";
import { Failure, type Machine, type Run } from "./machine.ts";
import { isInstant, type Value } from "./value.ts";

type Binary = (machine: Machine, a: Value, b: Value) => Value;

const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ["+", add],
  ["-", (m, a, b) => numberOf(m, a) - numberOf(m, b)],
  ["*", (m, a, b) => numberOf(m, a) * numberOf(m, b)],
  ["/", (m, a, b) => numberOf(m, a) / numberOf(m, b)],
  ["%", (m, a, b) => numberOf(m, a) % numberOf(m, b)],
  ["**", (m, a, b) => numberOf(m, a) ** numberOf(m, b)],
  ["===", (m, a, b) => strictlyEqual(m, a, b)],
  ["!==", (m, a, b) => !strictlyEqual(m, a, b)],
  ["==", (m, a, b) => looselyEqual(m, a, b)],
  ["!=", (m, a, b) => !looselyEqual(m, a, b)],
  ["<", (m, a, b) => isLess(m, a, b, false)],
  ["<=", (m, a, b) => isLess(m, a, b, true)],
  [">", (m, a, b) => isLess(m, b, a, false)],
  [">=", (m, a, b) => isLess(m, b, a, true)],
  ["&", (m, a, b) => numberOf(m, a) & numberOf(m, b)],
  ["|", (m, a, b) => numberOf(m, a) | numberOf(m, b)],
  ["^", (m, a, b) => numberOf(m, a) ^ numberOf(m, b)],
  ["<<", (m, a, b) => numberOf(m, a) << numberOf(m, b)],
  [">>", (m, a, b) => numberOf(m, a) >> numberOf(m, b)],
  [">>>", (m, a, b) => numberOf(m, a) >>> numberOf(m, b)],
]);

/** `a + b` (ECMA-262 §13.15.3): joins when either side is text, else adds. */
function add(machine: Machine, a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (isInstant(a) || isInstant(b)) throw new Failure("a date can't be added to; use .getTime() or .toISOString()");
  const left = primitiveOf(machine, a);
  const right = primitiveOf(machine, b);
  if (typeof left === "string" || typeof right === "string") {
    return machine.concat(textOf(machine, left), textOf(machine, right));
  }
  return numberOf(machine, left) + numberOf(machine, right);
}

export function compileBinary(c: Compilation, node: BinaryExpression): Run {
  c.cost++;
  if (node.left.type === "PrivateIdentifier") return c.refuse(node, "private names are not in expressions");
  if (node.operator === "in") return c.refuse(node, "`in` is not in expressions; use Object.hasOwn(object, key)");
  const operate = BINARY.get(node.operator);
  if (operate === undefined)
    return c.refuse(node, `\`${node.operator}\` is not in expressions; use typeof or Array.isArray`);
  const left = c.compile(node.left);
  const right = c.compile(node.right);
  return fastBinary(node.operator, left, right) ?? ((m) => operate(m, left(m), right(m)));
}

/** The operators most used, with numbers and equality not going through the table's functions. */
function fastBinary(operator: string, left: Run, right: Run): Run | undefined {
  switch (operator) {
    case "+":
      return (m) => add(m, left(m), right(m));
    case "===":
      return (m) => strictlyEqual(m, left(m), right(m));
    case "<":
      return (m) => {
        const a = left(m);
        const b = right(m);
        return typeof a === "number" && typeof b === "number" ? a < b : isLess(m, a, b, false);
      };
    case ">":
      return (m) => {
        const a = left(m);
        const b = right(m);
        return typeof a === "number" && typeof b === "number" ? a > b : isLess(m, b, a, false);
      };
    default:
      return undefined;
  }
}

export function compileUnary(c: Compilation, node: UnaryExpression): Run {
  c.cost++;
  if (node.operator === "delete")
    return c.refuse(node, "an expression deletes nothing; choose fields with an object literal");
  const argument = c.compile(node.argument);
  switch (node.operator) {
    case "!":
      return (m) => !argument(m);
    case "-":
      return (m) => -numberOf(m, argument(m));
    case "+":
      return (m) => numberOf(m, argument(m));
    case "~":
      return (m) => ~numberOf(m, argument(m));
    case "typeof":
      return (m) => typeof argument(m);
    case "void":
      return (m) => {
        argument(m);
        return undefined;
      };
    default:
      return c.refuse(node, "this operator is not in expressions");
  }
}

export function compileLogical(c: Compilation, node: LogicalExpression): Run {
  c.cost++;
  const left = c.compile(node.left);
  const right = c.compile(node.right);
  switch (node.operator) {
    case "&&":
      return (m) => left(m) && right(m);
    case "||":
      return (m) => left(m) || right(m);
    case "??":
      return (m) => left(m) ?? right(m);
    default:
      return c.refuse(node, "this operator is not in expressions");
  }
}

export function compileConditional(c: Compilation, node: ConditionalExpression): Run {
  c.cost++;
  const test = c.compile(node.test);
  const consequent = c.compile(node.consequent);
  const alternate = c.compile(node.alternate);
  return (m) => (test(m) ? consequent(m) : alternate(m));
}
