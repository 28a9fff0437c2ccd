import type { Expression, Node } from "acorn";
import { Failure, type Run } from "./machine.ts";
import { refusedName } from "./refusals.ts";

/** Levels of syntax in one expression: evaluation nests as deep as this and no deeper. */
const DEPTH_MAX = 200;
const PROBLEMS_MAX = 20;

/** What is wrong in one expression; `offset` counts from the start of its field's text. */
export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
}

/**
 * The state of compiling one expression. Only what a `compile…` function names is compiled; all
 * other syntax and names become problems here, and can't be evaluated.
 */
export class Compilation {
  readonly source: string;
  /** Where `source` begins in the field's text. */
  readonly base: number;
  /** The names that may be read. */
  readonly roots: readonly string[];
  readonly problems: SyntaxProblem[] = [];
  /** Ids of steps read by their literal name. */
  readonly steps = new Set<string>();
  /** Whether `steps` is read in another way, so that any step may be meant. */
  readsAnyStep = false;
  /** Operations of the function being compiled, counted once for each call of it. */
  cost = 1;
  registers = 0;
  /** Whether the node being compiled is part of a `?.` chain that may be cut short. */
  inChain = false;
  readonly #locals: { readonly name: string; readonly register: number }[] = [];
  readonly #compileNode: (compilation: Compilation, node: Expression) => Run;
  #depth = 0;

  constructor(
    found: { readonly source: string; readonly base: number },
    roots: readonly string[],
    compileNode: (compilation: Compilation, node: Expression) => Run,
  ) {
    this.source = found.source;
    this.base = found.base;
    this.roots = roots;
    this.#compileNode = compileNode;
  }

  compile(node: Expression): Run {
    return this.nested(node, () => this.#compileNode(this, node));
  }

  /** Compiles what lies one level deeper; beyond the limit it is refused instead. */
  nested<Compiled>(node: Node, compile: () => Compiled): Compiled | Run {
    if (this.#depth >= DEPTH_MAX) return this.refuse(node, "this is nested too deeply; split it over several steps");
    this.#depth++;
    const compiled = compile();
    this.#depth--;
    return compiled;
  }

  refuse(node: Node, message: string): Run {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ message, offset: this.base + node.start });
    return () => {
      throw new Failure(message);
    };
  }

  refuseName(node: Node, name: string): Run {
    return this.refuse(node, refusedName(name, this.roots));
  }

  /** The register of an arrow function's parameter, or undefined when the name is none. */
  local(name: string): number | undefined {
    for (let index = this.#locals.length - 1; index >= 0; index--) {
      const local = this.#locals[index];
      if (local?.name === name) return local.register;
    }
    return undefined;
  }

  declare(name: string): number {
    const register = this.registers++;
    this.#locals.push({ name, register });
    return register;
  }

  /** Compiles a function's parameters and body: its names and its cost are its own. */
  inFunction<Compiled>(compile: () => Compiled): { compiled: Compiled; cost: number } {
    const locals = this.#locals.length;
    const outer = { cost: this.cost, inChain: this.inChain };
    this.cost = 1;
    this.inChain = false;
    const compiled = compile();
    const cost = this.cost;
    this.cost = outer.cost;
    this.inChain = outer.inChain;
    this.#locals.length = locals;
    return { compiled, cost };
  }

  /** Whether a name means a root of the scope here, not a parameter that hides it. */
  isRoot(name: string): boolean {
    return this.local(name) === undefined && this.roots.includes(name);
  }

  /** Whether a name means itself: neither a parameter nor a root hides it. */
  isFree(name: string): boolean {
    return this.local(name) === undefined && !this.roots.includes(name);
  }

  /** The source of a node, for messages. */
  text(node: Node): string {
    const text = this.source.slice(node.start, node.end);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  }
}
