/**
 * What a model's answer means to the step that asked, and whether the step asks again: for a repair, or another model.
 * All is told from the step's input and the effect that was performed: its connection and model say which candidate it
 * was, the messages beyond the step's own how often it was asked for a repair.
 */
import { GenerateInput, GenerateOutput } from "@steward/sdk";
import { unreachable } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import { askToRepair, readStructured } from "../core/models/structured-output.ts";
import type { EffectOutcome, EffectRequest, StepOutcome } from "../core/step-kind.ts";
import { candidatesOf, messagesOf, type ModelInput, requestOf } from "./model-input.ts";
import { retryOfCall } from "./model-retry.ts";

/** What keeps one candidate from answering and says nothing of the next. What may not be asked is not asked otherwise. */
const NEXT_MAY: ReadonlySet<string> = new Set([
  "connect",
  "connect_timeout",
  "connection_unavailable",
  "dns",
  "overloaded",
  "provider_not_found",
  "provider_rejected",
  "provider_unavailable",
  "rate_limited",
  "reauth_required",
  "tls",
]);

/** Ends of a call without an answer, which another candidate may give: that the first may have written all the same is counted. */
const UNANSWERED: ReadonlySet<string> = new Set(["reset", "timeout", "truncated"]);

/** Whether another candidate may be asked after this. */
export function mayAskNext(outcome: Exclude<EffectOutcome, { readonly kind: "done" }>): boolean {
  return (outcome.kind === "unknown" ? UNANSWERED : NEXT_MAY).has(outcome.code);
}

/** @param effect what was performed; left out by an engine that lets a step ask once only */
export function concludeModel(input: ModelInput, outcome: EffectOutcome, effect?: EffectRequest): StepOutcome {
  switch (outcome.kind) {
    case "done":
      return concludeAnswer(input, GenerateOutput.parse(outcome.result), effect);
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

function concludeAnswer(input: ModelInput, answer: GenerateOutput, effect?: EffectRequest): StepOutcome {
  const { text, ...about } = answer;
  if (input.schema === undefined) return { kind: "output", output: { text, ...about } };
  const read = readStructured(input.schema, text);
  if (read.ok) return { kind: "output", output: { object: read.value, ...about } };
  const again = askToMend(input, text, read.problems, effect) ?? askNext(input, effect);
  if (again !== null) return again;
  const message = `the model's answer does not fit the schema: ${read.problems[0] ?? "it is no JSON"}`;
  const details: JsonObject = { problems: read.problems, text, ...about };
  return { kind: "fail", error: { code: "model_answer_invalid", message, details }, retry: "policy" };
}

/** The same candidate, told what does not fit; null when it was told often enough. */
function askToMend(
  input: ModelInput,
  text: string,
  problems: readonly string[],
  effect: EffectRequest | undefined,
): StepOutcome | null {
  const candidate = effect === undefined ? undefined : candidatesOf(input)[placeOf(input, effect)];
  if (effect === undefined || candidate === undefined) return null;
  const messages = GenerateInput.shape.messages.parse(effect.arguments["messages"]);
  const repairs = messages.slice(messagesOf(input).length).filter(({ role }) => role === "user").length;
  if (repairs >= input.repairs) return null;
  return {
    kind: "effect",
    effect: requestOf(input, candidate, effect.timeoutMs, askToRepair(messages, text, problems)),
  };
}

/** The next candidate, asked as the first was; null when there is none. */
function askNext(input: ModelInput, effect: EffectRequest | undefined): StepOutcome | null {
  const next = effect === undefined ? undefined : candidatesOf(input)[placeOf(input, effect) + 1];
  return effect === undefined || next === undefined
    ? null
    : { kind: "effect", effect: requestOf(input, next, effect.timeoutMs) };
}

function placeOf(input: ModelInput, { connection, arguments: given }: EffectRequest): number {
  const at = candidatesOf(input).findIndex((one) => one.connection === connection && one.model === given["model"]);
  return at === -1 ? input.fallbacks.length : at;
}
