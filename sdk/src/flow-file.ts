/**
 * The flow file, format 1: triggers, steps, and edges by `next`. What this schema refuses is not a
 * flow file; what is a flow file but not yet right (dangling edges, unknown kinds, expressions that
 * don't parse) is found by the server and listed as the draft's problems.
 */
import { z } from "zod";

export const IDENTIFIER = /^[a-z][A-Za-z0-9_]{0,62}$/;
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export const Identifier = z.string().regex(IDENTIFIER, "use a letter a-z, then up to 62 letters, digits or _");
export const Slug = z.string().regex(SLUG, "use 1 to 63 of a-z, 0-9 and -, not - at either end");

const Position = z.strictObject({ x: z.number(), y: z.number() });
const Targets = z.array(Identifier).max(100);

/** Text that is stored as it stands: PostgreSQL takes neither U+0000 nor half of a surrogate pair. */
export const PlainText = z.string().regex(/^[^\0\p{Surrogate}]*$/u, "leave out U+0000 and unpaired surrogates");

/** Edges: a list for the port `out`, or a list per port (`{ "yes": [...], "else": [...], "error": [...] }`). */
export const Next = z.union([Targets, z.record(Identifier, Targets)]);

/** Another attempt after a known failure: the n-th waits `delayMs × factorⁿ⁻¹`, at most `delayMsMax`, ± `jitter`. */
export const Retry = z.strictObject({
  times: z.int().min(1).max(20).describe("Attempts after the first."),
  delayMs: z.int().min(0).max(3_600_000).default(1000).describe("Before the second attempt."),
  factor: z.number().min(1).max(10).default(2).describe("By which each further delay grows."),
  delayMsMax: z.int().min(0).max(86_400_000).default(300_000).describe("No delay is longer."),
  jitter: z.number().min(0).max(1).default(0.2).describe("The share by which a delay varies at random, either way."),
});

const stepFields = {
  id: Identifier.describe("Names the step in the file and in expressions."),
  kind: Identifier.describe("What the step does: see docs/steps.md."),
  name: z.string().max(200).optional().describe("What people read instead of the id."),
  note: z.string().max(2000).optional().describe("For whoever reads the flow."),
  input: z.record(z.string(), z.json()).default({}).describe("The kind's fields; text may hold expressions."),
  next: Next.default([]).describe("Which steps follow: a list, or a list for each port."),
  position: Position.optional().describe("Where it stands on a canvas."),
  retry: Retry.optional().describe("Further attempts after a known failure; none unless asked for."),
  timeoutMs: z.int().min(1).max(86_400_000).optional().describe("How long one attempt may take."),
  onError: z
    .enum(["fail", "continue", "port"])
    .default("fail")
    .describe("After the last attempt: fail the run, go on with the error as output, or by the port error."),
  ifUnknown: z
    .enum(["ask", "repeat", "fail"])
    .default("ask")
    .describe("An effect that may have happened and is not safe to repeat: ask a person, repeat it, or fail."),
  pinned: z.json().optional().describe("The output in tests, in place of running the step."),
  parameters: z
    .record(z.string(), z.json())
    .optional()
    .describe("Of a step that is an agent's tool: the JSON Schema of what it takes, an object."),
  private: z
    .array(z.string().regex(/^(input|output)(\.[A-Za-z0-9_-]+)*$/))
    .max(20)
    .optional()
    .describe("Paths such as output.token that are erased when the run ends and never shown."),
};

export interface Step {
  id: string;
  kind: string;
  name?: string | undefined;
  note?: string | undefined;
  input: Record<string, z.core.util.JSONType>;
  steps?: Step[] | undefined;
  next: string[] | Record<string, string[]>;
  position?: { x: number; y: number } | undefined;
  retry?: z.output<typeof Retry> | undefined;
  timeoutMs?: number | undefined;
  onError: "fail" | "continue" | "port";
  ifUnknown: "ask" | "repeat" | "fail";
  pinned?: z.core.util.JSONType | undefined;
  parameters?: Record<string, z.core.util.JSONType> | undefined;
  private?: string[] | undefined;
}

export const Step: z.ZodType<Step> = z.strictObject({
  ...stepFields,
  get steps() {
    return z.array(Step).max(5000).optional().describe("What an each or while step repeats; an agent's tools.");
  },
});

const triggerFields = { id: Identifier.describe("Names the trigger in the file.") };

export const SignatureRule = z.strictObject({
  kind: z.enum(["github", "standard"]).describe("X-Hub-Signature-256 as GitHub signs, or Standard Webhooks."),
  credential: Slug.describe("The credential, of kind secret, that holds the signing secret."),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(300)
    .describe("How far a Standard Webhooks timestamp may be from now."),
});

export const WebhookTrigger = z.strictObject({
  ...triggerFields,
  kind: z.literal("webhook"),
  methods: z
    .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    .min(1)
    .optional()
    .describe("Served methods; all when left out."),
  reply: z
    .enum(["accepted", "last", "step"])
    .default("accepted")
    .describe("accepted: 202 once the run is committed; last: its output; step: what a reply step says."),
  body: z
    .enum(["auto", "json", "form", "text", "raw"])
    .default("auto")
    .describe("How the body is read; auto goes by the content type."),
  bodyBytesMax: z.int().min(0).max(10_485_760).optional().describe("1,048,576 unless given."),
  signature: SignatureRule.optional().describe("Deliveries without a valid signature are refused."),
  dedupeBy: z
    .string()
    .max(500)
    .optional()
    .describe("An expression over trigger that names the delivery, in place of the usual headers."),
});

export const ScheduleTrigger = z
  .strictObject({
    ...triggerFields,
    kind: z.literal("schedule"),
    cron: z.string().max(200).optional().describe("Five fields, or six with seconds first."),
    everySeconds: z.int().min(1).max(31_622_400).optional().describe("An interval."),
    at: z.iso
      .datetime({ offset: true, local: true })
      .optional()
      .describe("Once: an ISO time, local to timeZone unless it has an offset."),
    timeZone: z.string().max(100).default("UTC").describe("For instance Europe/Berlin."),
    missed: z
      .enum(["skip", "last", "all"])
      .default("last")
      .describe("Firings that fell due while Steward was down: drop them, run the latest, or all."),
    missedMax: z.int().min(1).max(1000).default(100).describe("How many of all."),
    input: z.json().optional().describe("Given to the run as trigger.body."),
  })
  .refine((it) => [it.cron, it.everySeconds, it.at].filter((one) => one !== undefined).length === 1, {
    error: "give exactly one of cron, everySeconds and at",
  });

export const EVENT = /^[a-z][a-z0-9_]{0,30}\.[a-z][A-Za-z0-9_]{0,62}$/;

export const EventTrigger = z.strictObject({
  ...triggerFields,
  kind: z.literal("event"),
  event: z
    .string()
    .regex(EVENT, "use an event of a connector, such as gmail.new_mail")
    .describe("What happens at the provider, such as gmail.new_mail: see docs/connectors.md."),
  connection: Slug.describe("The connection by which it is learned."),
  settings: z.record(z.string(), z.json()).default({}).describe("What the event lets choose: a label, a repository."),
  everySeconds: z
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe("How often the provider is asked, where it does not tell by itself."),
});

export const ManualTrigger = z.strictObject({ ...triggerFields, kind: z.literal("manual") });
export const ErrorTrigger = z.strictObject({ ...triggerFields, kind: z.literal("error") });

export const Trigger = z.discriminatedUnion("kind", [
  WebhookTrigger,
  ScheduleTrigger,
  EventTrigger,
  ManualTrigger,
  ErrorTrigger,
]);

export const FlowFile = z.strictObject({
  format: z.literal(1).describe("Fixes what graph and expressions mean."),
  name: PlainText.min(1).max(200).describe("What people read."),
  description: z.string().max(10_000).optional().describe("What the flow is for."),
  triggers: z.array(Trigger).max(50).default([]).describe("What starts the flow, beside a person or the API."),
  steps: z.array(Step).min(1).max(5000).describe("What it does."),
  input: z
    .record(z.string(), z.json())
    .optional()
    .describe(
      "The JSON Schema of what it is given as trigger.body by a person, the API or an agent; checked for these.",
    ),
  errorFlow: Slug.optional().describe(
    "The flow, by slug, that is started by its error trigger when a run of this one fails.",
  ),
  timeoutMs: z.int().min(1).max(31_622_400_000).optional().describe("How long a run may take, waits included."),
  labels: z
    .record(Identifier, PlainText.max(500))
    .refine((labels) => Object.keys(labels).length <= 10, { error: "give at most ten labels" })
    .optional()
    .describe("Up to ten facts that runs are found by, in plain text."),
});

export type FlowFile = z.output<typeof FlowFile>;
export type FlowFileInput = z.input<typeof FlowFile>;
export type Trigger = z.output<typeof Trigger>;
export type WebhookTrigger = z.output<typeof WebhookTrigger>;
export type EventTrigger = z.output<typeof EventTrigger>;
export type ScheduleTrigger = z.output<typeof ScheduleTrigger>;
export type Retry = z.output<typeof Retry>;
export type SignatureRule = z.output<typeof SignatureRule>;
