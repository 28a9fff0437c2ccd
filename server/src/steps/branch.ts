import { Identifier, type Step } from "@steward/sdk";
import { z } from "zod";
import type { Template } from "../core/expression/template.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";
import { expressionFailed } from "./evaluate-items.ts";
import { isTrue } from "./is-true.ts";

interface Case {
  readonly port: string;
  readonly when: Template;
}

/** Ports with a meaning of their own. */
const RESERVED = ["else", "error"];
const CASES_MAX = 50;

const Cases = z
  .array(
    z.strictObject({
      port: Identifier.refine(
        (port) => !RESERVED.includes(port),
        "else and error are ports already: use another name",
      ).describe("The name of the way out: a letter a-z, then letters, digits or _; not else or error."),
      when: anyJson('when to go this way, for instance "{{ steps.shape.n > 10 }}"').describe(
        "An expression. False, 0, empty text, null and nothing mean no.",
      ),
    }),
  )
  .min(1)
  .max(CASES_MAX)
  .superRefine((cases, context) => {
    const seen = new Set<string>();
    for (const [at, one] of cases.entries()) {
      if (seen.has(one.port))
        context.addIssue({
          code: "custom",
          path: [at, "port"],
          message: `another case has the port "${one.port}": give each its own, or join their conditions with ||`,
        });
      seen.add(one.port);
    }
  });

/** Takes the port of the first case that holds, else the port `else`. Its output is null. */
export const branch: StepKind<object, { readonly cases: readonly Case[] }> = {
  kind: "branch",
  title: "Branch",
  summary:
    "Goes one way of several: the port of the first case whose condition is true, else the port else. The steps on the other ways are skipped.",
  schema: z.strictObject({}),
  deferred: z.strictObject({
    cases: Cases.describe("The ways out in the order they are tried, 1 to 50; each is a port and its condition."),
  }),
  example: { cases: [{ port: "large", when: "{{ trigger.body.total > 1000 }}" }] },
  ports: (step) =>
    [...new Set(casesOf(step).flatMap((one) => (typeof one["port"] === "string" ? [one["port"]] : []))), "else"].filter(
      (port, at, all) => port !== "error" && all.indexOf(port) === at,
    ),
  prepare(step, compile) {
    const cases = casesOf(step).map((one, at) => ({
      port: typeof one["port"] === "string" ? one["port"] : "else",
      when: compile(one["when"], `input.cases[${at}].when`),
    }));
    return { cases };
  },
  run(_input, context, prepared) {
    for (const { port, when } of prepared.cases) {
      const evaluated = context.evaluate(when);
      if (!evaluated.ok)
        return { kind: "fail", error: expressionFailed(evaluated.field, evaluated.message), retry: "never" };
      if (isTrue(evaluated.value)) return { kind: "output", output: null, port };
    }
    return { kind: "output", output: null, port: "else" };
  },
};

/** The cases as written, in a draft perhaps wrongly. */
function casesOf(step: Step): readonly Record<string, Json>[] {
  const cases = step.input["cases"];
  if (!Array.isArray(cases)) return [];
  return cases.slice(0, CASES_MAX).map((one: Json) => (isJsonObject(one) ? one : {}));
}
