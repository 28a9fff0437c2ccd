import { z } from "zod";
import type { MailArguments } from "../core/mail-effect.ts";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";

const TIMEOUT_MS = 60_000;

const Input = z.strictObject({
  message: z.uuid({ error: "give the id of a message in the outbox" }).describe("The id of a message in the outbox."),
  template: z.string().max(64).describe("Which words it is in."),
});
type Input = z.output<typeof Input>;

/** Codes after which another attempt can't help. */
const FINAL: ReadonlySet<string> = new Set(["mail_rejected"]);

/**
 * Sends one message of the outbox: for the installation's own flow and no other (`installationKinds`). It is safe to
 * repeat: every template may be read twice with the meaning of once, and each message has one id at every sending.
 */
export const mail: StepKind<Input, { readonly timeoutMs: number }> = {
  kind: "mail",
  title: "Mail of the installation",
  summary: "Sends a message of the outbox. Its words stay sealed there: the run knows the message by its id only.",
  schema: Input,
  example: { message: "{{ trigger.body.message }}", template: "{{ trigger.body.template }}" },
  ports: () => ["out"],
  prepare: (step) => ({ timeoutMs: step.timeoutMs ?? TIMEOUT_MS }),
  run(input, _context, { timeoutMs }) {
    const given: MailArguments = input;
    const effect = { action: "mail.send", arguments: given, credential: null, repeat: "safe", timeoutMs } as const;
    return { kind: "effect", effect };
  },
  conclude: (_input, outcome) => concludeMail(outcome),
};

function concludeMail(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") return { kind: "output", output: outcome.result };
  const { code, message } = outcome;
  // A process without a mail server does not stand for those that have one.
  const again = (outcome.kind === "failed" && !FINAL.has(code)) || code === "action_unavailable";
  return { kind: "fail", error: { code, message }, retry: again ? "policy" : "never" };
}
