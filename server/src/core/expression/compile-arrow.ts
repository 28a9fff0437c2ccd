import type { ArrowFunctionExpression, Pattern } from "acorn";
import type { Compilation } from "./compilation.ts";
import { staticKey } from "./compile-literal.ts";
import { readMember } from "./compile-member.ts";
import { Failure, type Callback, type Machine, type Run } from "./machine.ts";
import { isList, kindName, type Value } from "./value.ts";

/** Puts an argument, or its parts, into registers. */
type Bind = (machine: Machine, value: Value) => void;

const PARAMETERS_MAX = 4;

/**
 * An arrow function whose body is an expression. It is not a value: it exists only while the method
 * runs that it was given to, so it can't call itself and needs no environment of its own.
 */
export function compileArrow(c: Compilation, node: ArrowFunctionExpression): Callback {
  const { compiled, cost } = c.inFunction(() => {
    const binds = node.params.map((parameter) => compileBind(c, parameter));
    return { binds, body: compileBody(c, node) };
  });
  const { body } = compiled;
  const [first, second, ...others] = compiled.binds;
  if (others.length > PARAMETERS_MAX - 2)
    return c.refuse(node, `a function takes at most ${PARAMETERS_MAX} parameters`);
  const [third, fourth] = others;
  return (m, a, b, c3, d) => {
    m.spend(cost);
    first?.(m, a);
    second?.(m, b);
    third?.(m, c3);
    fourth?.(m, d);
    return body(m);
  };
}

function compileBody(c: Compilation, node: ArrowFunctionExpression): Run {
  if (node.async || node.generator) return c.refuse(node, "an expression can't wait; use a code step");
  if (node.body.type === "BlockStatement") {
    return c.refuse(node.body, "write the function's body as one expression, x => x.name, or use a code step");
  }
  return c.compile(node.body);
}

function compileBind(c: Compilation, pattern: Pattern): Bind {
  return c.nested(pattern, () => compilePattern(c, pattern));
}

function compilePattern(c: Compilation, pattern: Pattern): Bind {
  switch (pattern.type) {
    case "Identifier": {
      const register = c.declare(pattern.name);
      return (m, value) => {
        m.registers[register] = value;
      };
    }
    case "ObjectPattern": {
      const binds = pattern.properties.map((property): Bind => {
        if (property.type === "RestElement")
          return c.refuse(property, "`...` is not known in a parameter; name the fields");
        const key = property.computed ? undefined : staticKey(property);
        if (key === undefined) return c.refuse(property, "a field of a parameter is a plain name");
        const bind = compileBind(c, property.value);
        c.cost++;
        return (m, value) =>
          bind(
            m,
            readMember(m, value, key, (found) => `an item is ${kindName(found)} here, so its \`${key}\` can't be read`),
          );
      });
      return all(binds, (value) => value !== undefined && value !== null, "an object");
    }
    case "ArrayPattern": {
      const binds = pattern.elements.map((element, index): Bind => {
        if (element === null) return () => {};
        const bind = compileBind(c, element);
        c.cost++;
        return (m, value) => bind(m, isList(value) ? value[index] : undefined);
      });
      return all(binds, isList, "a list");
    }
    case "AssignmentPattern":
      return c.refuse(pattern, "a parameter has no default here; write ?? in the body");
    case "MemberExpression":
    case "RestElement":
    default:
      return c.refuse(pattern, "a parameter is a name, { names } or [names]");
  }
}

function all(binds: readonly Bind[], fits: (value: Value) => boolean, parts: string): Bind {
  return (m, value) => {
    if (!fits(value)) throw new Failure(`a parameter takes ${parts} apart, but is ${kindName(value)} here`);
    for (let index = 0; index < binds.length; index++) binds[index]!(m, value);
  };
}
