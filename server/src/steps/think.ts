/** One question to the model within an agent's turn: the step that the agent step runs between its tools. */
import { GenerateMessage, ToolsOutput } from "@steward/sdk";
import { z } from "zod";
import { AskInput } from "../core/agent/agent-input.ts";
import type { AgentTool } from "../core/agent/agent-turn.ts";
import type { PreparedAgent } from "../core/run/agent-loop.ts";
import { unreachable } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { askToRepair, readStructured } from "../core/models/structured-output.ts";
import type { ModelMessage } from "../core/ports/models.ts";
import type { EffectOutcome, EffectRequest, StepKind, StepOutcome } from "../core/step-kind.ts";
import { candidatesOf } from "./model-input.ts";
import { mayAskNext } from "./model-turn.ts";
import { retryOfCall } from "./model-retry.ts";

const TIMEOUT_MS = 300_000;
const Messages = z.array(GenerateMessage);

/** What the agent step has prepared. */
type PreparedThink = Pick<PreparedAgent, "tools">;

export const think: StepKind<AskInput, PreparedThink> = {
  kind: "think",
  title: "Ask the model",
  summary: "One question to the model within an agent's turn.",
  schema: AskInput,
  example: {},
  ports: () => ["out"],
  run(input, context, { tools }) {
    const messages = Messages.parse(context.scope()["messages"]);
    return { kind: "effect", effect: requestOf(input, 0, messages, [...tools.values()]) };
  },
  conclude,
};

function requestOf(
  input: AskInput,
  candidate: number,
  messages: readonly ModelMessage[],
  tools: Json | readonly AgentTool[] | undefined,
): EffectRequest {
  const { connection, model } = candidatesOf(input)[candidate] ?? input;
  const asked = {
    model,
    messages,
    schema: input.schema ?? null,
    maxOutputTokens: input.maxOutputTokens,
    temperature: input.temperature ?? null,
    ...(Array.isArray(tools) && tools.length > 0 ? { tools } : {}),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- plain data of the types above, which is JSON
  const given = asked as unknown as JsonObject;
  return {
    action: "model.generate",
    arguments: given,
    class: "read",
    credential: null,
    connection,
    repeat: "safe",
    timeoutMs: TIMEOUT_MS,
  };
}

function conclude(input: AskInput, outcome: EffectOutcome, effect: EffectRequest): StepOutcome {
  switch (outcome.kind) {
    case "done":
      return concludeAnswer(input, ToolsOutput.parse(outcome.result), effect);
    case "refused":
    case "failed":
    case "unknown": {
      const { code, message } = outcome;
      const next = mayAskNext(outcome) ? askNext(input, effect) : null;
      return next ?? { kind: "fail", error: { code, message }, retry: retryOfCall(outcome) };
    }
    default:
      return unreachable(outcome);
  }
}

function concludeAnswer(input: AskInput, answer: ToolsOutput, effect: EffectRequest): StepOutcome {
  const { schema } = input;
  if (answer.calls.length > 0 || schema === undefined) return { kind: "output", output: answer };
  const read = readStructured(schema, answer.text);
  if (read.ok) return { kind: "output", output: { ...answer, object: read.value } };
  const again = askToMend(input, answer.text, read.problems, effect) ?? askNext(input, effect);
  if (again !== null) return again;
  const message = `the model's answer does not fit the schema: ${read.problems[0] ?? "it is no JSON"}`;
  return {
    kind: "fail",
    error: { code: "model_answer_invalid", message, details: { problems: [...read.problems] } },
    retry: "policy",
  };
}

/** The same candidate, told what does not fit; null when it was told often enough. */
function askToMend(
  input: AskInput,
  text: string,
  problems: readonly string[],
  effect: EffectRequest,
): StepOutcome | null {
  const at = placeOf(input, effect);
  const messages = Messages.parse(effect.arguments["messages"]);
  const repairs = messages.slice(input.told).filter(({ role }) => role === "user").length;
  if (repairs >= input.repairs) return null;
  const asked = askToRepair(messages, text, problems);
  return {
    kind: "effect",
    effect: requestOf(input, at, asked, effect.arguments["tools"]),
  };
}

/** The next candidate, asked as the first was; null when there is none. */
function askNext(input: AskInput, effect: EffectRequest): StepOutcome | null {
  const next = placeOf(input, effect) + 1;
  if (next > input.fallbacks.length) return null;
  const messages = Messages.parse(effect.arguments["messages"]);
  const asked = messages.slice(0, input.told);
  return { kind: "effect", effect: requestOf(input, next, asked, effect.arguments["tools"]) };
}

function placeOf(input: AskInput, { connection, arguments: given }: EffectRequest): number {
  const at = candidatesOf(input).findIndex((one) => one.connection === connection && one.model === given["model"]);
  return at === -1 ? input.fallbacks.length : at;
}
