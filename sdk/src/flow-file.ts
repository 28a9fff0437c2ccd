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

/** Edges: a list for the port `out`, or a list per port (`{ "yes": [...], "else": [...], "error": [...] }`). */
export const Next = z.union([Targets, z.record(Identifier, Targets)]);

/** Another attempt after a known failure: the n-th waits `delayMs × factorⁿ⁻¹`, at most `delayMsMax`, ± `jitter`. */
export const Retry = z.strictObject({
  times: z.int().min(1).max(20),
  delayMs: z.int().min(0).max(3_600_000).default(1000),
  factor: z.number().min(1).max(10).default(2),
  delayMsMax: z.int().min(0).max(86_400_000).default(300_000),
  jitter: z.number().min(0).max(1).default(0.2),
});

const stepFields = {
  id: Identifier,
  kind: Identifier,
  name: z.string().max(200).optional(),
  note: z.string().max(2000).optional(),
  input: z.record(z.string(), z.json()).default({}),
  next: Next.default([]),
  position: Position.optional(),
  retry: Retry.optional(),
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
  onError: z.enum(["fail", "continue", "port"]).default("fail"),
  ifUnknown: z.enum(["ask", "repeat", "fail"]).default("ask"),
  pinned: z.json().optional(),
  private: z
    .array(z.string().regex(/^(input|output)(\.[A-Za-z0-9_-]+)*$/))
    .max(20)
    .optional(),
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
  private?: string[] | undefined;
}

export const Step: z.ZodType<Step> = z.strictObject({
  ...stepFields,
  get steps() {
    return z.array(Step).max(5000).optional();
  },
});

const triggerFields = { id: Identifier };

export const SignatureRule = z.strictObject({
  kind: z.enum(["github", "standard"]),
  credential: Slug,
  toleranceSeconds: z.int().min(1).max(3600).default(300),
});

export const WebhookTrigger = z.strictObject({
  ...triggerFields,
  kind: z.literal("webhook"),
  methods: z
    .array(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    .min(1)
    .optional(),
  reply: z.enum(["accepted", "last", "step"]).default("accepted"),
  body: z.enum(["auto", "json", "form", "text", "raw"]).default("auto"),
  bodyBytesMax: z.int().min(0).max(10_485_760).optional(),
  signature: SignatureRule.optional(),
  dedupeBy: z.string().max(500).optional(),
});

export const ScheduleTrigger = z
  .strictObject({
    ...triggerFields,
    kind: z.literal("schedule"),
    cron: z.string().max(200).optional(),
    everySeconds: z.int().min(1).max(31_622_400).optional(),
    at: z.iso.datetime({ offset: true, local: true }).optional(),
    timeZone: z.string().max(100).default("UTC"),
    missed: z.enum(["skip", "last", "all"]).default("last"),
    missedMax: z.int().min(1).max(1000).default(100),
    input: z.json().optional(),
  })
  .refine((it) => [it.cron, it.everySeconds, it.at].filter((one) => one !== undefined).length === 1, {
    error: "give exactly one of cron, everySeconds and at",
  });

export const ManualTrigger = z.strictObject({ ...triggerFields, kind: z.literal("manual") });
export const ErrorTrigger = z.strictObject({ ...triggerFields, kind: z.literal("error") });

export const Trigger = z.discriminatedUnion("kind", [WebhookTrigger, ScheduleTrigger, ManualTrigger, ErrorTrigger]);

export const FlowFile = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1).max(200),
  description: z.string().max(10_000).optional(),
  triggers: z.array(Trigger).max(50).default([]),
  steps: z.array(Step).min(1).max(5000),
  errorFlow: Slug.optional(),
  timeoutMs: z.int().min(1).max(31_622_400_000).optional(),
  labels: z.record(Identifier, z.string().max(500)).optional(),
});

export type FlowFile = z.output<typeof FlowFile>;
export type FlowFileInput = z.input<typeof FlowFile>;
export type Trigger = z.output<typeof Trigger>;
export type WebhookTrigger = z.output<typeof WebhookTrigger>;
export type ScheduleTrigger = z.output<typeof ScheduleTrigger>;
export type Retry = z.output<typeof Retry>;
export type SignatureRule = z.output<typeof SignatureRule>;
