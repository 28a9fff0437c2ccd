/** A model step of the proof's, as the engine leads one: its kind says what to ask, the gate asks it, its kind reads the answer. */
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { Ended } from "../core/ports/gate.ts";
import type { EffectRequest, StepContext } from "../core/step-kind.ts";
import type { ProvedAnswer, ProveParts } from "./check.ts";
import { expectAnswer } from "./expect-answer.ts";
import { endedOf, endText, proofCall } from "./proof-effects.ts";
import type { ProofTenant } from "./proof-tenants.ts";
import type { Trial } from "./trial.ts";

const MODEL = "proof-model";
/** For documentation only, and never let through (RFC 5737). */
export const NOWHERE = "https://192.0.2.1";

/**
 * A model key of the product's own, at an address that nobody may be reached at, with its grant; as people connect one. The
 * caller disconnects it.
 */
export async function connectModelNowhere(
  { call }: Pick<ProveParts, "call">,
  { keys }: Pick<ProofTenant, "keys">,
  slug: string,
  apiKey: string,
): Promise<ProvedAnswer> {
  const key = keys.owner;
  const connection = { connector: "openai_compatible", slug, address: `${NOWHERE}/v1`, secret: { apiKey } };
  const made = await call("POST", "/v1/connections", { key, body: connection });
  expectAnswer(made, 201, "connecting a model");
  const body = { to: "project", connection: slug, lines: [{ actions: ["model.generate"] }] };
  expectAnswer(await call("POST", "/v1/grants", { key, body }), 201, "giving a grant");
  return made;
}

export interface ModelStep {
  /** What the gate was asked for: the engine keeps it in the run's record, sealed. */
  readonly asked: EffectRequest;
  readonly ended: Ended;
  /** Of the step; null when it has none, `told` says why. */
  readonly output: JsonObject | null;
  readonly told: string;
}

export async function runModelStep(
  { kinds, ids, clock }: Pick<ProveParts, "kinds" | "ids" | "clock">,
  trial: Pick<Trial, "gate">,
  tenant: ProofTenant,
  { connection, prompt }: { readonly connection: string; readonly prompt: string },
): Promise<ModelStep> {
  const kind = kinds.get("model");
  if (kind?.conclude === undefined) throw new Error("there is no model step");
  const input = kind.schema.parse({ connection, model: MODEL, prompt });
  const begun = kind.run(input, contextAt(clock.nowMs()), { timeoutMs: 10_000 });
  if (begun.kind !== "effect") throw new Error(`a model step begins as ${begun.kind}`);
  const { effect } = begun;
  const { call } = proofCall({ ids }, tenant, { action: effect.action, connection, effect });
  const ended = endedOf(await trial.gate.perform(call));
  const concluded = kind.conclude(input, ended.outcome, effect);
  const output = concluded.kind === "output" && isJsonObject(concluded.output) ? concluded.output : null;
  return { asked: effect, ended, output, told: output === null ? `${endText(ended)}, ${concluded.kind}` : "done" };
}

/** A step without expressions evaluates none. */
function contextAt(nowMs: number): StepContext {
  return {
    nowMs,
    evaluate: () => {
      throw new Error("the proof's step has no expressions");
    },
    scope: () => ({}),
  };
}
