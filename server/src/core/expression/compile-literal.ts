import type { ArrayExpression, Literal, ObjectExpression, Property, SpreadElement, TemplateLiteral } from "acorn";
import { keyOf, textOf } from "./coerce.ts";
import type { Compilation } from "./compilation.ts";
import { Failure, type Machine, type Run } from "./machine.ts";
import { itemsOf, keysOf, setProperty } from "./object-functions.ts";
import { isList, isObject, kindName, newObject, type Value } from "./value.ts";

export function compileLiteral(c: Compilation, node: Literal): Run {
  const value = node.value;
  // A pattern or big number that the host doesn't know has the value null.
  if (node.regex !== undefined || node.bigint !== undefined || value instanceof RegExp || typeof value === "bigint") {
    return c.refuse(
      node,
      node.regex === undefined
        ? "numbers with an n are not in expressions"
        : "regular expressions are not in expressions; use includes, split or replaceAll with text, or a code step",
    );
  }
  return () => value;
}

/** The parts as one text; JavaScript's own conversion, in which undefined is the text `undefined`. */
export function compileTemplateLiteral(c: Compilation, node: TemplateLiteral): Run {
  c.cost += 1 + node.expressions.length;
  const texts = node.quasis.map((quasi) => quasi.value.cooked ?? "");
  const runs = node.expressions.map((expression) => c.compile(expression));
  return (m) => {
    let text = texts[0]!;
    for (let index = 0; index < runs.length; index++) {
      text = m.concat(text, textOf(m, runs[index]!(m)));
      text = m.concat(text, texts[index + 1]!);
    }
    return text;
  };
}

/** Appends what an element of a list literal or an argument yields: one value, or those of a spread. */
type Append = (machine: Machine, list: Value[]) => void;

export function compileArray(c: Compilation, node: ArrayExpression): Run {
  c.cost += 1 + node.elements.length;
  const elements = node.elements.filter((element) => element !== null);
  if (elements.length < node.elements.length) return c.refuse(node, "a list can't have holes; write null or undefined");
  return compileItems(c, elements);
}

/** A new list of elements, spread ones taken apart. */
export function compileItems(
  c: Compilation,
  elements: readonly Exclude<ArrayExpression["elements"][number], null>[],
): (machine: Machine) => readonly Value[] {
  const plain = elements.filter((element) => element.type !== "SpreadElement");
  if (plain.length === elements.length) {
    const runs = plain.map((element) => c.compile(element));
    return (m) => {
      m.makeList(runs.length);
      const list: Value[] = [];
      for (let index = 0; index < runs.length; index++) list[index] = runs[index]!(m);
      return list;
    };
  }
  const appends = elements.map((element) => compileAppend(c, element));
  return (m) => {
    m.makeList(0);
    const list: Value[] = [];
    for (let index = 0; index < appends.length; index++) appends[index]!(m, list);
    return list;
  };
}

function compileAppend(c: Compilation, element: Exclude<ArrayExpression["elements"][number], null>): Append {
  if (element.type !== "SpreadElement") {
    const run = c.compile(element);
    return (m, list) => {
      m.makeItem();
      list[list.length] = run(m);
    };
  }
  const run = c.compile(element.argument);
  return (m, list) => {
    const value = run(m);
    if (!isList(value) && typeof value !== "string") {
      throw new Failure(`\`...\` takes a list here; ${c.text(element.argument)} is ${kindName(value)}`);
    }
    const items = isList(value) ? value : itemsOf(m, value);
    m.makeList(items.length * 2);
    for (let index = 0; index < items.length; index++) list[list.length] = items[index];
  };
}

/** Sets the properties that a part of an object literal yields. */
type Define = (machine: Machine, object: { [key: string]: Value }) => void;

export function compileObject(c: Compilation, node: ObjectExpression): Run {
  c.cost += 1 + node.properties.length;
  const defines = node.properties.map((property) => {
    return property.type === "SpreadElement" ? compileSpread(c, property) : compileProperty(c, property);
  });
  return (m) => {
    m.makeList(0);
    const object = newObject();
    for (let index = 0; index < defines.length; index++) defines[index]!(m, object);
    return object;
  };
}

function compileProperty(c: Compilation, property: Property): Define {
  if (property.kind !== "init" || property.method) {
    return c.refuse(property, "an object can't have functions; write a value after the colon");
  }
  const value = c.compile(property.value);
  if (!property.computed) {
    const key = staticKey(property);
    if (key === undefined) return c.refuse(property, "a key is a name, a text or a number");
    return (m, object) => setProperty(m, object, key, value(m));
  }
  const key = c.compile(property.key);
  return (m, object) => {
    const name = keyOf(m, key(m));
    setProperty(m, object, name, value(m));
  };
}

/** The key of a property that is not computed. `__proto__` is a key like any other. */
export function staticKey(property: { readonly key: Property["key"] }): string | undefined {
  const key = property.key;
  if (key.type === "Identifier") return key.name;
  if (key.type !== "Literal") return undefined;
  return typeof key.value === "string" || typeof key.value === "number" ? String(key.value) : undefined;
}

function compileSpread(c: Compilation, element: SpreadElement): Define {
  const run = c.compile(element.argument);
  return (m, object) => {
    const value = run(m);
    if (value === undefined || value === null) return;
    if (!isObject(value)) {
      throw new Failure(`\`...\` takes an object here; ${c.text(element.argument)} is ${kindName(value)}`);
    }
    const keys = keysOf(m, value);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      setProperty(m, object, key, value[key]);
    }
  };
}
