/** What became of a call to a model, as the step that asked for it gets it (R5), and what it cost. */
import type { Connector, ConnectorAnswer } from "@steward/sdk";
import { unreachable } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import { actualCost, type Cost } from "../core/models/cost.ts";
import type { Price } from "../core/models/prices.ts";
import { parseJson } from "../core/parse-json.ts";
import type { EffectUsage } from "../core/ports/gate.ts";
import type { Embedded, Generated, ModelOutcome } from "../core/ports/models.ts";
import { endedAs, type AuditFacts, type EffectEnd } from "./action.ts";
import { endOfCalls } from "./provider-outcome.ts";

export interface ModelCall {
  readonly connector: Pick<Connector, "failure">;
  readonly price: Price | null;
  /** From the first byte to the complete answer. */
  readonly ms: number;
  readonly nowMs: number;
}

/** `own` is what the answer has beside what every answer has: its text, or its vectors. Nothing is struck yet. */
export function endOfModelCall<Result extends Generated | Embedded>(
  outcome: ModelOutcome<Result>,
  about: ModelCall,
  own: (result: Result) => JsonObject,
): EffectEnd {
  switch (outcome.kind) {
    case "done":
      return endOfAnswer(outcome.result, about, own(outcome.result));
    case "declined":
      return { ...endOfDeclined(outcome, about), facts: { status: outcome.status } };
    case "unreadable": {
      const { status, message } = outcome;
      const { outcome: ended } = endedAs("failed", { code: "provider_unreadable", message });
      return { outcome: ended, facts: { status }, happened: true };
    }
    case "unanswered":
      return endOfUnanswered(outcome.answer);
    case "invalid":
      return endedAs("refused", { code: "arguments_invalid", message: outcome.message });
    default:
      return unreachable(outcome);
  }
}

function endOfAnswer(result: Generated | Embedded, { price, ms }: ModelCall, own: JsonObject): EffectEnd {
  const { usage, charged, model, id } = result;
  const cost = actualCost(price, usage, charged);
  const answer: JsonObject = {
    ...own,
    model: model ?? "",
    by: "model",
    usage: usage && {
      inputTokens: usage.input,
      cachedInputTokens: usage.cachedInput,
      outputTokens: usage.output,
      reasoningTokens: usage.reasoning,
    },
    cost: cost && { amount: amountOf(cost), currency: cost.currency },
    ms,
    id,
  };
  const counted: EffectUsage | null = usage && {
    tokens: usage.input + usage.output,
    micro: cost?.micro ?? null,
    currency: cost?.currency ?? price?.currency ?? "USD",
  };
  return {
    outcome: { kind: "done", result: answer },
    facts: { status: 200, ...countsOf(result, cost), prices: price?.asOf ?? null },
    ...(counted === null ? {} : { usage: counted }),
  };
}

function countsOf({ usage }: Generated | Embedded, cost: Cost | null): AuditFacts {
  return {
    inputTokens: usage?.input ?? null,
    outputTokens: usage?.output ?? null,
    cost: cost === null ? null : amountOf(cost),
    currency: cost?.currency ?? null,
  };
}

/** A number of the currency's units, exact to six decimals as far as JSON's numbers are. */
function amountOf({ micro }: Cost): number {
  return Number(micro) / 1e6;
}

function endOfDeclined(
  { status, headers, body }: Extract<ModelOutcome<unknown>, { readonly kind: "declined" }>,
  { connector, nowMs }: ModelCall,
): EffectEnd {
  const parsed = parseJson(body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, which connectors might write to
  const json = (parsed.ok ? parsed.value : body) as ConnectorAnswer["body"];
  const answer: ConnectorAnswer = { status, headers, body: json };
  const failure = connector.failure(answer) ?? { kind: "unreadable", message: `HTTP status ${status}` };
  return endOfCalls<never>({ kind: "failure", failure, wrote: false }, nowMs) ?? UNREADABLE;
}

const UNREADABLE = endedAs("failed", { code: "provider_unreadable", message: "the provider's answer can't be read" });

function endOfUnanswered(answer: Extract<ModelOutcome<unknown>, { readonly kind: "unanswered" }>["answer"]): EffectEnd {
  switch (answer.kind) {
    case "refused":
      return endedAs(answer.code === "overloaded" ? "failed" : "refused", answer);
    case "unsent":
      return endedAs("failed", answer);
    case "unknown":
      return endedAs("unknown", answer);
    case "too_large": {
      const message = `${answer.message} It was done all the same; ask for less.`;
      const { outcome } = endedAs("failed", { code: "response_too_large", message });
      return { outcome, facts: { status: answer.status }, happened: true };
    }
    default:
      return unreachable(answer);
  }
}
