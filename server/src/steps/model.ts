import { isJsonObject, type Json } from "../core/json.ts";
import { checkSchema } from "../core/models/json-schema.ts";
import type { StepKind } from "../core/step-kind.ts";
import { candidatesOf, ModelInput, requestOf } from "./model-input.ts";
import { concludeModel } from "./model-turn.ts";

const TIMEOUT_MS = 300_000;

/** Lets a model write text, or JSON by a schema, through the gate. */
export const model: StepKind<ModelInput, { readonly timeoutMs: number }> = {
  kind: "model",
  title: "Model",
  summary:
    "Lets a model write. The output is { text, model, by, finish, usage, cost, ms, id }, with a schema object in place of text; by is always model. Its retry policy covers 429, 5xx and lost connections, and Retry-After is honoured.",
  schema: ModelInput,
  example: {
    connection: "claude",
    model: "claude-haiku-5-5",
    instructions: "Sort the message into one of the teams.",
    prompt: "{{ trigger.body.text }}",
    schema: {
      type: "object",
      properties: { team: { type: "string", description: "sales or support" } },
      required: ["team"],
      additionalProperties: false,
    },
  },
  ports: () => ["out"],
  prepare(step, _compile, problem) {
    const written = step.input["schema"];
    if (!isWithExpressions(written)) for (const { field, message } of problemsOf(written)) problem(field, message);
    return { timeoutMs: step.timeoutMs ?? TIMEOUT_MS };
  },
  run(input, _context, { timeoutMs }) {
    const wrong = problemsOf(input.schema)[0];
    const first = candidatesOf(input)[0];
    if (wrong !== undefined || first === undefined) {
      const message = `${wrong?.field}: ${wrong?.message}`;
      return { kind: "fail", error: { code: "input_invalid", message }, retry: "never" };
    }
    return { kind: "effect", effect: requestOf(input, first, timeoutMs) };
  },
  conclude: concludeModel,
};

function isWithExpressions(written: Json | undefined): boolean {
  return written !== undefined && JSON.stringify(written).includes("{{");
}

function problemsOf(schema: Json | undefined): readonly { readonly field: string; readonly message: string }[] {
  if (!isJsonObject(schema)) return [];
  return checkSchema(schema).map(({ at, message }) => ({
    field: at === "" ? "input.schema" : `input.schema.${at}`,
    message,
  }));
}
