import { z } from "zod";
import type { CheckCode, CodeLanguage } from "../core/ports/code-runner.ts";
import type { StepKind } from "../core/step-kind.ts";

const SOURCE_LENGTH_MAX = 262_144;

interface Prepared {
  /** Plain JavaScript: checked, types stripped. Empty in a draft that has problems. */
  readonly source: string;
}

/**
 * The kind `code`. Its source is never looked at for `{{`: what it needs comes as its argument, so
 * that data is never pasted into a program. `checkCode` judges it at publish without running it.
 */
export function codeStep(checkCode: CheckCode): StepKind<object, Prepared> {
  return {
    kind: "code",
    title: "Code",
    summary:
      "Runs light JavaScript or TypeScript in a sandbox without network or files: a module whose default export is a function. It receives { trigger, steps, run, vars, item, index }; the output is what it returns.",
    schema: z.strictObject({}),
    deferred: z.strictObject({
      language: z
        .enum(["js", "ts"], { error: "use js or ts" })
        .describe("js, or ts (types are stripped, not checked)."),
      source: z
        .string({ error: "give the module's text: export default ({ steps }) => …" })
        .min(1, "give the module's text: export default ({ steps }) => …")
        .max(SOURCE_LENGTH_MAX, "the source is longer than 262,144 characters: split it into several steps")
        .describe(
          "The module's text. {{ }} has no meaning in it. The function may be async; what it returns must be JSON.",
        ),
    }),
    example: { language: "js", source: "export default ({ trigger }) => ({ total: trigger.body.price * 2 })" },
    ports: () => ["out"],
    prepare(step, _compile, problem) {
      const { language, source } = step.input;
      if (!isLanguage(language) || typeof source !== "string" || source === "" || source.length > SOURCE_LENGTH_MAX)
        return { source: "" };
      const verdict = checkCode(language, source);
      if ("source" in verdict) return verdict;
      problem("input.source", `line ${verdict.line}, column ${verdict.column}: ${verdict.problem}`);
      return { source: "" };
    },
    run: (_input, context, prepared) => ({
      kind: "code",
      code: { source: prepared.source, argument: context.scope() },
    }),
  };
}

function isLanguage(value: unknown): value is CodeLanguage {
  return value === "js" || value === "ts";
}
