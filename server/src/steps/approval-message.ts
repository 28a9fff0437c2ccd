import { z } from "zod";
import { SlackPlace } from "@steward/sdk";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";

const TIMEOUT_MS = 60_000;

const approval = { organization: z.uuid(), project: z.uuid(), approval: z.uuid().describe("Which one it is about.") };

const Input = z.discriminatedUnion("what", [
  z.strictObject({ ...approval, ...SlackPlace.shape, what: z.enum(["ask", "look"]) }),
  z.strictObject({
    ...approval,
    what: z.literal("hear"),
    connection: SlackPlace.shape.connection,
    user: z.string().max(40),
    channel: z.string().max(40),
    ts: z.string().max(40),
    decision: z.enum(["approve", "reject"]),
    digest: z.string().max(64),
  }),
]);
type Input = z.output<typeof Input>;

/**
 * Writes of an approval into a channel, and hears what is pressed there: for the installation's own flow and no other
 * (`installationKinds`). What it does at the provider is judged by the project's own grants, budgets and limits.
 */
export const approvalMessage: StepKind<Input, { readonly timeoutMs: number }> = {
  kind: "approval_message",
  title: "Approval in a channel",
  summary:
    "Asks for an approval in a channel, and hears the answer. What is asked stays sealed: the run knows it by id.",
  schema: Input,
  example: {
    organization: "{{ trigger.body.organization }}",
    project: "{{ trigger.body.project }}",
    approval: "{{ trigger.body.approval }}",
    what: "ask",
    connection: "{{ trigger.body.connection }}",
    channel: "{{ trigger.body.channel }}",
    arguments: false,
  },
  ports: () => ["out"],
  prepare: (step) => ({ timeoutMs: step.timeoutMs ?? TIMEOUT_MS }),
  run(input, _context, { timeoutMs }) {
    const effect = {
      action: "approval.message",
      arguments: input,
      credential: null,
      repeat: "safe",
      timeoutMs,
    } as const;
    return { kind: "effect", effect };
  },
  conclude: (_input, outcome) => conclude(outcome),
};

/** What grants, scopes or the provider do not let be is as it is; the page and mail ask all the same. */
function conclude(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") return { kind: "output", output: outcome.result };
  const { code, message } = outcome;
  const later = outcome.kind === "failed" && outcome.afterMs !== undefined ? { afterMs: outcome.afterMs } : "policy";
  return { kind: "fail", error: { code, message }, retry: outcome.kind === "refused" ? "never" : later };
}
