/** Random flows for tests of the run: acyclic graphs of every kind that shapes a run, nested. */
import { FlowFile } from "@steward/sdk";
import { stepKinds } from "../../steps/kinds.ts";
import { compileFlow } from "../flow/compile-flow.ts";
import type { CompiledFlow } from "../flow/graph.ts";

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const KINDS = stepKinds({ checkCode: (_language, source) => ({ source }) });

/** @param fatal how many of the steps fail the run when they fail; 0 for flows that always complete */
export function randomFlow(random: () => number, fatal: number): CompiledFlow {
  let count = 0;
  const int = (max: number): number => Math.floor(random() * max);
  const steps = (depth: number): unknown[] => {
    const list = Array.from({ length: 1 + int(depth === 0 ? 9 : 4) }, () => {
      const kinds = depth < 2 ? ["set", "set", "branch", "merge", "wait", "each", "while"] : ["set", "branch", "wait"];
      const kind = kinds[int(kinds.length)]!;
      const onError = random() < fatal ? "fail" : random() < 0.5 ? "continue" : "port";
      const retry = random() < 0.3 ? { retry: { times: 1 + int(2), delayMs: int(50) } } : {};
      const inner = kind === "each" || kind === "while" ? { steps: steps(depth + 1) } : {};
      return { id: `s${count++}`, kind, input: inputOf(kind, int), onError, ...retry, ...inner };
    });
    return list.map((step, at) => ({
      ...step,
      next: nextOf(
        step.kind,
        step.onError,
        list.slice(at + 1).map((one) => one.id),
        random,
      ),
    }));
  };
  const file = FlowFile.parse({ format: 1, name: "random", steps: steps(0) });
  const { flow, problems } = compileFlow(file, KINDS);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return flow;
}

function inputOf(kind: string, int: (max: number) => number): Record<string, unknown> {
  switch (kind) {
    case "branch":
      return { cases: ["a", "b", "c"].slice(0, 1 + int(3)).map((port) => ({ port, when: "{{ true }}" })) };
    case "each":
      return { items: Array.from({ length: int(6) }, (_, at) => at), parallel: 1 + int(4) };
    case "while":
      return { when: "{{ true }}", max: 1 + int(4) };
    case "wait":
      return { seconds: int(3) };
    default:
      return {};
  }
}

function nextOf(
  kind: string,
  onError: string,
  later: readonly string[],
  random: () => number,
): Record<string, string[]> {
  const ports = kind === "branch" ? ["a", "else"] : ["out"];
  if (onError === "port") ports.push("error");
  return Object.fromEntries(ports.map((port) => [port, later.filter(() => random() < 0.3)]));
}
