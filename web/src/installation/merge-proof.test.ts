import type { Proof } from "@steward/sdk";
import { expect, it } from "vitest";
import { mergeProof } from "./merge-proof.ts";

const promise = (id: string, state: Proof["promises"][number]["state"]) => ({
  id,
  promise: id,
  tries: "looks",
  triedAt: "2026-11-21T10:00:00Z",
  state,
  evidence: [],
  ms: 1,
});
const proof = (...promises: Proof["promises"]): Proof => ({
  provedAt: "2026-11-21T10:00:00Z",
  kept: 0,
  broken: 0,
  promises,
});

it("one promise tried again takes its place, and the sum follows", () => {
  const before = proof(promise("A1", "broken"), promise("A2", "kept"), promise("B5", "not_applicable"));
  const after = mergeProof(before, { ...proof(promise("A1", "kept")), provedAt: "2026-11-21T11:00:00Z" });
  expect(after.promises.map(({ id, state }) => [id, state])).toEqual([
    ["A1", "kept"],
    ["A2", "kept"],
    ["B5", "not_applicable"],
  ]);
  expect(after).toMatchObject({ kept: 2, broken: 0, provedAt: "2026-11-21T11:00:00Z" });
});

it("the first proof is taken as it is", () => {
  const first = proof(promise("A1", "kept"));
  expect(mergeProof(null, first)).toBe(first);
});
