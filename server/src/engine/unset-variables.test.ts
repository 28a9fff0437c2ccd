import { expect, test } from "vitest";
import { unsetVariables } from "./unset-variables.ts";

const INPUT = { url: "{{ vars.base }}/orders", headers: { a: "{{ vars.who ?? 'me' }}" }, note: "vars.other" };

test("the first variable that a field reads and nobody has set is named with the command that sets it", () => {
  expect(unsetVariables(INPUT, {}, ["url"])).toBe(" (vars.base is not set: steward variable set base <value>)");
  expect(unsetVariables(INPUT, { base: "x" }, ["headers", "a"])).toContain("vars.who is not set");
  expect(unsetVariables(INPUT, { who: "x" })).toContain("vars.base is not set");
});

test("where all are set, or a text only looks like one, nothing is said", () => {
  expect(unsetVariables(INPUT, { base: "x", who: "y" })).toBe("");
  expect(unsetVariables(INPUT, {}, ["note"])).toBe("");
  expect(unsetVariables(undefined, {})).toBe("");
});
