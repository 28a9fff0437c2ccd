/** Approvals: a person's word on exactly one effect. */
import { z } from "zod";
import { RunId, Time } from "../api.ts";
import { Slug } from "../flow-file.ts";

export const ApprovalId = z.string().regex(/^apr_[0-9a-z]{26}$/, "an id that begins with apr_");

/**
 * `used`: it was approved, and the effect has begun. `withdrawn`: its run ended before anybody had
 * decided, or, where `decidedAt` says when it was approved, what was approved was refused or no longer needed when its turn came.
 */
export const ApprovalStatus = z.enum(["open", "approved", "rejected", "expired", "withdrawn", "used"]);

/** Why it is asked: what of a grant's or limit's line wants it, or a step that asks by itself. */
const Reason = z.object({
  kind: z.enum(["always", "above", "first", "tainted", "destination", "step"]),
  /** Of the arguments; null where it is about none. */
  field: z.string().nullable(),
  /** `grt_…` or `lim_…`; null for a step. */
  of: z.string().nullable(),
});

export const ApprovalSummary = z.object({
  id: ApprovalId,
  run: RunId,
  flow: Slug,
  step: z.string(),
  path: z.array(z.int()),
  /** An effect of a run, or a step that asks by itself. */
  kind: z.enum(["effect", "step"]),
  action: z.string(),
  /** What a step asks, in its own words, for whoever may see what runs carry; null of an effect. */
  message: z.string().nullable(),
  /** `con_…` */
  connection: z.string().nullable(),
  why: z.array(Reason),
  status: ApprovalStatus,
  /** Each of them must agree: `role:<name>`, `member:<acc_…>` or `may_grant` (whoever may give grants), any `quorum` of them. */
  parties: z.array(z.object({ approvers: z.array(z.string()), quorum: z.int() })),
  /** Whether the caller may decide it now. */
  mine: z.boolean(),
  createdAt: Time,
  expiresAt: Time,
  decidedAt: Time.nullable(),
});

/** Each counted up to 100. */
export const ApprovalCount = z.object({
  /** Those that wait for the caller's word. */
  mine: z.int(),
  open: z.int(),
});

export const ApprovalDecision = z.object({
  /** `acc_…` */
  account: z.string(),
  name: z.string().nullable(),
  decision: z.enum(["approve", "reject"]),
  via: z.enum(["page", "api", "mail", "slack"]),
  /** Of the arguments that were decided on; a word on others than `digest` counts no longer. */
  digest: z.string(),
  note: z.string().nullable(),
  at: Time,
});

export const Approval = ApprovalSummary.extend({
  /** The validated arguments, as they would be sent; null for whoever may not see what runs carry. */
  arguments: z.json().nullable(),
  /** In their place, when it was approved with changes. */
  changed: z.json().nullable(),
  /** Fields of `arguments` that a model has written, in part or whole, as the published flow tells it. */
  byModel: z.array(z.string()),
  /** Of the canonical arguments as they stand: what a decision is bound to. */
  digest: z.string(),
  /** The sentence of the grant or limit that asks. */
  sentence: z.string().nullable(),
  decisions: z.array(ApprovalDecision),
});

const Digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const Note = z.string().max(1000);

export const Decide = z.strictObject({
  decision: z.enum(["approve", "reject"]),
  digest: Digest.describe("Of what the decider saw. Another one is refused: the arguments have changed since."),
  arguments: z
    .record(z.string().max(200), z.json())
    .optional()
    .describe("To be sent instead; judged anew by the grants."),
  note: Note.optional(),
});

const Token = z.string().min(1).max(100);

export const LookAtApproval = z.strictObject({ token: Token });

/** What a mailed link opens, for the person it was sent to. */
export const ApprovalByLink = z.object({
  project: z.string(),
  /** Who the link is for, as people call them. */
  name: z.string(),
  approval: Approval,
});

export const DecideByLink = z.strictObject({
  token: Token,
  decision: z.enum(["approve", "reject"]),
  digest: Digest,
  note: Note.optional(),
});

export type ApprovalSummary = z.output<typeof ApprovalSummary>;
export type Approval = z.output<typeof Approval>;
export type ApprovalDecision = z.output<typeof ApprovalDecision>;
export type ApprovalCount = z.output<typeof ApprovalCount>;
export type ApprovalByLink = z.output<typeof ApprovalByLink>;
export type Decide = z.output<typeof Decide>;
