import { SlackPlace } from "@steward/sdk";
import { z } from "zod";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";

const HOURS_MAX = 720;
const WHO = /^(?:may_grant|role:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|rol_[0-9a-z]{26})|member:acc_[0-9a-z]{26})$/;

const Input = z.strictObject({
  message: z.string().min(1).max(2000).describe("What is asked, in words."),
  to: z
    .array(z.string().regex(WHO, "use role:<role>, member:<account id> or may_grant"))
    .min(1)
    .max(20)
    .describe("Who may answer: role:<role>, member:<account id>, or may_grant for whoever may give grants."),
  quorum: z.int().min(1).max(10).default(1).describe("How many different people must approve."),
  expiresHours: z
    .number()
    .min(0.01)
    .max(HOURS_MAX)
    .default(72)
    .describe("Then the step goes on by its port expired; at most 30 days."),
  remindHours: z
    .number()
    .min(0.01)
    .max(HOURS_MAX)
    .optional()
    .describe("They are reminded each time so much has passed."),
  show: anyJson().optional().describe("What they need to see beside the message."),
});

/** Where it says something, and with what: as the flow was published, whatever its run has read. */
const Deferred = z.object({
  slack: SlackPlace.optional().describe(
    "Where in Slack they are asked beside; the connection is the project's. It holds no expressions. Without it, where the grant to approvals says.",
  ),
});
type Place = z.output<typeof Deferred>["slack"] | null;

/** Asks people and waits for their word. Nobody's connection is used, so no grant is needed. */
export const approval: StepKind<z.output<typeof Input>, Place> = {
  kind: "approval",
  title: "Approval",
  summary:
    "Asks people, by mail, on the page and in Slack, and goes on by the port approved, rejected or expired; the run survives restarts meanwhile. The output is { decision, by, at, note }.",
  schema: Input,
  deferred: Deferred,
  example: {
    message: "May order {{ trigger.body.order }} be refunded?",
    to: ["role:operator"],
    show: { amount: "{{ trigger.body.amount }}" },
  },
  ports: () => ["approved", "rejected", "expired"],
  prepare: (step) => Deferred.safeParse(step.input).data?.slack ?? null,
  run({ message, to, quorum, expiresHours, remindHours, show }, _context, slack) {
    const by = [...new Set(to)].toSorted();
    const party = { by, quorum, remindHours: remindHours ?? null, escalate: null };
    return {
      kind: "approval",
      needed: { parties: [{ ...party, ...(slack ? { slack: [slack] } : {}) }], expiresHours },
      shown: { message, ...(show === undefined ? {} : { show }) },
    };
  },
};
