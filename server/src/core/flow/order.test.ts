import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findCycle, orderOf } from "./order.ts";

const graphs = fc.integer({ min: 1, max: 40 }).chain((nodes) =>
  fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), { maxLength: 80 }).map((edges) => {
    const targets: number[][] = Array.from({ length: nodes }, () => []);
    for (const [from, to] of edges) targets[from]!.push(to);
    return targets;
  }),
);

/** Nodes that can be reached in one edge or more. */
function reached(targets: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set<number>();
  const open = [...targets[from]!];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...targets[node]!);
  }
  return seen;
}

test("a cycle is found when there is one, and is one", () => {
  fc.assert(
    fc.property(graphs, (targets) => {
      const cycle = findCycle(targets);
      const cyclic = targets.some((_, node) => reached(targets, node).has(node));
      expect(cycle !== null).toBe(cyclic);
      for (const [at, node] of (cycle ?? []).entries())
        expect(targets[node]).toContain(cycle![(at + 1) % cycle!.length]);
    }),
  );
});

test("a node comes before another when edges lead from it to the other", () => {
  fc.assert(
    fc.property(graphs, (targets) => {
      const cyclic = findCycle(targets) !== null;
      const precedes = orderOf(targets);
      for (const earlier of targets.keys()) {
        for (const later of targets.keys())
          expect(precedes(earlier, later)).toBe(cyclic || reached(targets, earlier).has(later));
      }
    }),
  );
});
