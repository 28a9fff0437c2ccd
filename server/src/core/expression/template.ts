import { isJsonObject, type Json } from "../json.ts";
import { textOf } from "./coerce.ts";
import { Compilation } from "./compilation.ts";
import { compileNode } from "./compile-node.ts";
import { DEFAULT_LIMITS, Failure, Machine, type Limits, type Run, type Scope } from "./machine.ts";
import { parseLone, parseText, type Found } from "./parse-text.ts";
import { toJson } from "./to-json.ts";
import { newObject, type Value } from "./value.ts";

/**
 * A step's input compiled once, at publish. It is evaluated as often as the step runs; what its
 * expressions yield is data, never looked at for `{{` again.
 */
export type Template =
  | { readonly kind: "constant"; readonly value: Json }
  | { readonly kind: "evaluated"; readonly registers: number; readonly produce: Produce };

type Produce = (machine: Machine) => Json | undefined;

export interface ExpressionProblem {
  /** Where in the step's input: `input.cases[0].when`. */
  readonly field: string;
  /** What is wrong, and what to do. */
  readonly message: string;
  /** Characters from the start of the field's text. */
  readonly offset: number;
}

export interface Compiled {
  /** Evaluating it where there are problems fails with the first of them that is met. */
  readonly template: Template;
  readonly problems: readonly ExpressionProblem[];
  /** Ids of the steps read as `steps.id`. */
  readonly steps: readonly string[];
  /** Whether `steps` is also read in another way (`steps[name]`, `Object.keys(steps)`), so that any step may be meant. */
  readonly readsAnyStep: boolean;
}

export type Evaluated =
  | { readonly ok: true; readonly value: Json | undefined }
  | { readonly ok: false; readonly field: string; readonly message: string };

/** What may still be compiled where many trees share one bound: taken from as they are compiled. */
export interface ExpressionRoom {
  expressions: number;
  /** Of the expressions' sources. */
  characters: number;
  /** What is said where there is none left. */
  readonly none: string;
}

const UNBOUNDED: ExpressionRoom = {
  expressions: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
  none: "",
};

/** Levels of objects and lists in a field tree. */
const FIELDS_DEPTH_MAX = 100;
/** Problems reported of one tree. */
const PROBLEMS_MAX = 100;

/**
 * Compiles a tree of fields. In its texts, `{{ … }}` is an expression over the roots in `names`; a text
 * that is one expression yields the expression's value, others are joined with undefined and null as
 * empty text. `field` is the path of the tree itself, for problems and failures. Beyond `room` nothing is
 * compiled: the first expression there is the last problem.
 */
export function compileTemplate(
  value: Json,
  field: string,
  names: readonly string[],
  room: ExpressionRoom = { ...UNBOUNDED },
): Compiled {
  const tree = new Tree(names, room);
  return tree.compiled(tree.node(value, field, 0));
}

/** Compiles one expression written without braces. */
export function compileExpression(source: string, field: string, names: readonly string[]): Compiled {
  const tree = new Tree(names, { ...UNBOUNDED });
  return tree.compiled(tree.lone(source, field));
}

/** Evaluations one after the other that share one budget: each may use what the ones before have left. */
export function evaluateInTurn(limits: Limits): (template: Template, scope: Scope) => Evaluated {
  let left = limits;
  return (template, scope) => {
    if (template.kind === "constant") return { ok: true, value: template.value };
    const machine = new Machine(scope, left, template.registers);
    const evaluated = evaluateWith(machine, template);
    left = machine.left();
    return evaluated;
  };
}

/** Evaluates a template: never throws, changes nothing, and stops within `limits`. */
export function evaluateTemplate(template: Template, scope: Scope, limits: Limits = DEFAULT_LIMITS): Evaluated {
  if (template.kind === "constant") return { ok: true, value: template.value };
  return evaluateWith(new Machine(scope, limits, template.registers), template);
}

function evaluateWith(machine: Machine, template: Extract<Template, { kind: "evaluated" }>): Evaluated {
  try {
    return { ok: true, value: template.produce(machine) };
  } catch (error) {
    const message = error instanceof Failure ? error.message : UNFORESEEN;
    return { ok: false, field: machine.field, message };
  }
}

/** What a template without expressions always yields; undefined for one that has to be evaluated. */
export function constantOf(template: Template): Json | undefined {
  return template.kind === "constant" ? template.value : undefined;
}

/** The host's own failure, such as its stack used up by the caller; the tests hold that no expression causes one. */
export const UNFORESEEN = "this expression could not be evaluated here; use a code step";

/** One field of a tree: a value that is always the same, or what yields it. */
type Node = { readonly constant: Json } | { readonly produce: Produce };

/** Collects over one tree what its expressions need and what is wrong with them. */
class Tree {
  readonly #names: readonly string[];
  readonly #room: ExpressionRoom;
  #full = false;
  readonly #problems: ExpressionProblem[] = [];
  readonly #steps = new Set<string>();
  #readsAnyStep = false;
  #registers = 0;

  constructor(names: readonly string[], room: ExpressionRoom) {
    this.#names = names;
    this.#room = room;
  }

  compiled(node: Node): Compiled {
    const template: Template =
      "constant" in node
        ? { kind: "constant", value: node.constant }
        : { kind: "evaluated", registers: this.#registers, produce: node.produce };
    return { template, problems: this.#problems, steps: [...this.#steps], readsAnyStep: this.#readsAnyStep };
  }

  node(value: Json, field: string, depth: number): Node {
    if (typeof value === "string") return this.#text(value, field);
    if (value === null || typeof value !== "object") return { constant: value };
    if (depth >= FIELDS_DEPTH_MAX) {
      return this.#refused(field, `fields are nested more than ${FIELDS_DEPTH_MAX} deep; flatten them`, 0);
    }
    if (isJsonObject(value)) {
      const keys = Object.keys(value);
      const nodes = keys.map((key) => this.node(value[key]!, `${field}.${key}`, depth + 1));
      return nodes.every(isConstant) ? { constant: value } : { produce: objectProducer(keys, nodes) };
    }
    const nodes = value.map((item, index) => this.node(item, `${field}[${index}]`, depth + 1));
    return nodes.every(isConstant) ? { constant: value } : { produce: listProducer(nodes) };
  }

  lone(source: string, field: string): Node {
    const parsed = parseLone(source);
    if (!parsed.ok) return this.#refused(field, parsed.message, parsed.offset);
    return { produce: valueProducer(field, this.#expression(parsed.result, field)) };
  }

  #text(source: string, field: string): Node {
    if (!source.includes("{{")) return { constant: source };
    if (this.#room.expressions <= 0 || this.#room.characters <= 0) return this.#outOfRoom(field);
    const parsed = parseText(source);
    if (!parsed.ok) return this.#refused(field, parsed.message, parsed.offset);
    const [first, ...others] = parsed.result;
    if (typeof first === "object" && others.length === 0) {
      return { produce: valueProducer(field, this.#expression(first, field)) };
    }
    const runs = parsed.result.map((piece) =>
      typeof piece === "string" ? () => piece : this.#expression(piece, field),
    );
    return { produce: textProducer(field, runs) };
  }

  #expression(found: Found, field: string): Run {
    this.#room.expressions--;
    this.#room.characters -= found.expression.end;
    const compilation = new Compilation(found, this.#names, compileNode);
    const run = compilation.compile(found.expression);
    for (const problem of compilation.problems) this.#report({ field, ...problem });
    for (const step of compilation.steps) this.#steps.add(step);
    this.#readsAnyStep ||= compilation.readsAnyStep;
    this.#registers = Math.max(this.#registers, compilation.registers);
    const { cost } = compilation;
    return (machine) => {
      machine.spend(cost);
      return run(machine);
    };
  }

  /** Said once: everything behind it would say the same. */
  #outOfRoom(field: string): Node {
    if (this.#full) return { constant: null };
    this.#full = true;
    return this.#refused(field, this.#room.none, 0);
  }

  #report(problem: ExpressionProblem): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
  }

  #refused(field: string, message: string, offset: number): Node {
    this.#report({ field, message, offset });
    return {
      produce: (machine) => {
        machine.field = field;
        throw new Failure(message);
      },
    };
  }
}

function isConstant(node: Node): node is { readonly constant: Json } {
  return "constant" in node;
}

function valueProducer(field: string, run: Run): Produce {
  return (machine) => {
    machine.field = field;
    return toJson(machine, run(machine));
  };
}

function textProducer(field: string, runs: readonly Run[]): Produce {
  return (machine) => {
    machine.field = field;
    let text = "";
    for (let index = 0; index < runs.length; index++) {
      const value: Value = runs[index]!(machine);
      if (value !== undefined && value !== null) text = machine.concat(text, textOf(machine, value));
    }
    machine.keep(text.length + 2);
    return text;
  };
}

function producer(node: Node): Produce {
  if (!isConstant(node)) return node.produce;
  const value = node.constant;
  return () => value;
}

/** An object of the same keys; a field that yields undefined is left out, as JSON leaves it out. */
function objectProducer(keys: readonly string[], nodes: readonly Node[]): Produce {
  const fields = nodes.map((node, index) => ({ key: keys[index]!, produce: producer(node) }));
  return (machine) => {
    const object = newObject<Json>();
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      const value = field.produce(machine);
      if (value !== undefined) object[field.key] = value;
    }
    return object;
  };
}

function listProducer(nodes: readonly Node[]): Produce {
  const produces = nodes.map(producer);
  return (machine) => {
    const list: Json[] = [];
    for (let index = 0; index < produces.length; index++) list[index] = produces[index]!(machine) ?? null;
    return list;
  };
}
