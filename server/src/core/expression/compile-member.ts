import type { ChainExpression, Expression, Identifier, MemberExpression } from "acorn";
import { keyOf } from "./coerce.ts";
import type { Compilation } from "./compilation.ts";
import { constantNamed, isConstant, isNamespace, methodNamed, type MethodByType } from "./language.ts";
import { Failure, type Machine, type Run } from "./machine.ts";
import { isInstant, isList, kindName, newObject, type Value } from "./value.ts";

/** What a part of a `?.` chain yields when the chain is cut short; the chain itself then yields undefined. */
export const CUT: Value = newObject();

export function compileIdentifier(c: Compilation, node: Identifier): Run {
  const name = node.name;
  const register = c.local(name);
  if (register !== undefined) return (m) => m.registers[register];
  if (c.roots.includes(name)) {
    if (name === "steps") c.readsAnyStep = true;
    return rootReader(name);
  }
  if (isConstant(name)) {
    const value = constantNamed(name);
    return () => value;
  }
  return c.refuseName(node, name);
}

function rootReader(name: string): Run {
  return (m) => (Object.hasOwn(m.scope, name) ? m.scope[name] : undefined);
}

export function compileChain(c: Compilation, node: ChainExpression): Run {
  const outer = c.inChain;
  c.inChain = true;
  const run = c.compile(node.expression);
  c.inChain = outer;
  return (m) => {
    const value = run(m);
    return value === CUT ? undefined : value;
  };
}

/** A name after a dot, or a literal one in brackets. */
export function staticName(node: MemberExpression): string | undefined {
  if (!node.computed) return node.property.type === "Identifier" ? node.property.name : undefined;
  return node.property.type === "Literal" && typeof node.property.value === "string" ? node.property.value : undefined;
}

export function compileMember(c: Compilation, node: MemberExpression): Run {
  c.cost++;
  if (node.object.type === "Super") return c.refuse(node, "super is not in expressions");
  if (node.property.type === "PrivateIdentifier") return c.refuse(node, "private names are not in expressions");
  const name = staticName(node);
  if (node.object.type === "Identifier" && isNamespace(node.object.name) && c.isFree(node.object.name)) {
    return compileConstant(c, node, `${node.object.name}.${name ?? "[…]"}`);
  }
  const object = compileObjectPart(c, node.object, name);
  const where = missingMessage(c, node.object, name ?? c.text(node.property));
  if (name !== undefined) return memberRun(object, name, where, { optional: node.optional, inChain: c.inChain });
  return computedRun(object, c.compile(node.property), where, { optional: node.optional, inChain: c.inChain });
}

function compileConstant(c: Compilation, node: MemberExpression, name: string): Run {
  if (!isConstant(name)) return c.refuseName(node, name);
  const value = constantNamed(name);
  return () => value;
}

/** The part before the dot. `steps.id` notes which step is read. */
function compileObjectPart(c: Compilation, object: Expression, name: string | undefined): Run {
  if (name !== undefined && object.type === "Identifier" && object.name === "steps" && c.isRoot("steps")) {
    c.steps.add(name);
    return rootReader("steps");
  }
  return c.compile(object);
}

/** What to say when the part before the dot is undefined or null. */
export function missingMessage(c: Compilation, object: Expression, name: string): (value: Value) => string {
  const text = c.text(object);
  const isStep =
    object.type === "MemberExpression" &&
    object.object.type === "Identifier" &&
    object.object.name === "steps" &&
    c.isRoot("steps");
  return (value) =>
    isStep && value === undefined
      ? `${text} is undefined here: it was skipped or has not run`
      : `${text} is ${kindName(value)} here, so its \`${name}\` can't be read; write ?. where it may be missing`;
}

interface Link {
  readonly optional: boolean;
  readonly inChain: boolean;
}

function memberRun(object: Run, name: string, where: (value: Value) => string, link: Link): Run {
  if (!link.inChain) return (m) => readMember(m, object(m), name, where);
  return (m) => {
    const value = object(m);
    if (value === CUT || (link.optional && (value === undefined || value === null))) return CUT;
    return readMember(m, value, name, where);
  };
}

function computedRun(object: Run, property: Run, where: (value: Value) => string, link: Link): Run {
  return (m) => {
    const value = object(m);
    if (link.inChain && (value === CUT || (link.optional && (value === undefined || value === null)))) return CUT;
    const key = property(m);
    if (value === undefined || value === null) throw new Failure(where(value));
    if (isList(value) && typeof key === "number") {
      return Number.isInteger(key) && key >= 0 && key < value.length ? value[key] : undefined;
    }
    return readMember(m, value, keyOf(m, key), where);
  };
}

/** Reads an own property, and nothing else: what has no such property of its own gives undefined. */
export function readMember(machine: Machine, value: Value, name: string, where: (value: Value) => string): Value {
  if (typeof value === "object" && value !== null) {
    const own = Object.hasOwn(value, name);
    if (isList(value)) return own ? itemOf(value, name) : absent(value, name);
    if (isInstant(value)) return absent(value, name);
    return own ? value[name] : undefined;
  }
  if (value === undefined || value === null) throw new Failure(where(value));
  if (typeof value !== "string") return absent(value, name);
  if (name === "length") return value.length;
  const index = Number(name);
  if (!Number.isInteger(index) || index < 0 || String(index) !== name) return absent(value, name);
  machine.scan(value.length);
  return value[index];
}

/** An own property of a list: its length or an item. */
function itemOf(list: readonly Value[], name: string): Value {
  return name === "length" ? list.length : list[Number(name)];
}

/** Undefined, but a failure for the name of a method: functions are not values here. */
function absent(value: Value, name: string): undefined {
  const method = methodNamed(name);
  if (method !== undefined && hasMethod(method, value))
    throw new Failure(`\`${name}\` is a method: call it, ${name}(…)`);
  return undefined;
}

function hasMethod(method: MethodByType, value: Value): boolean {
  if (isList(value)) return method.list !== undefined;
  if (isInstant(value)) return method.date !== undefined;
  if (typeof value === "string") return method.text !== undefined;
  return typeof value === "number" ? method.number !== undefined : method.boolean !== undefined;
}
