import { z } from "zod";
import type { RevokeArguments } from "../core/revoke-effect.ts";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";

const TIMEOUT_MS = 60_000;

const Input = z.strictObject({
  organization: z.uuid().describe("Whose the connection was."),
  project: z.uuid(),
  revocation: z.uuid().describe("What is to be revoked."),
});
type Input = z.output<typeof Input>;

/**
 * Has the tokens of a disconnected connection revoked at the provider: for the installation's own flow and no other
 * (`installationKinds`). Safe to repeat: a token that is gone stays gone.
 */
export const revoke: StepKind<Input, { readonly timeoutMs: number }> = {
  kind: "revoke",
  title: "Revocation at a provider",
  summary: "Has the tokens of a disconnected connection revoked. They stay sealed: the run knows their slot by its id.",
  schema: Input,
  example: {
    organization: "{{ trigger.body.organization }}",
    project: "{{ trigger.body.project }}",
    revocation: "{{ trigger.body.revocation }}",
  },
  ports: () => ["out"],
  prepare: (step) => ({ timeoutMs: step.timeoutMs ?? TIMEOUT_MS }),
  run(input, _context, { timeoutMs }) {
    const given: RevokeArguments = input;
    return {
      kind: "effect",
      effect: { action: "connection.revoke", arguments: given, credential: null, repeat: "safe", timeoutMs },
    };
  },
  conclude: (_input, outcome) => conclude(outcome),
};

function conclude(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") return { kind: "output", output: outcome.result };
  const { code, message } = outcome;
  const again = outcome.kind === "failed" || code === "action_unavailable";
  return { kind: "fail", error: { code, message }, retry: again ? "policy" : "never" };
}
