/** The ledger of what a project's flows reached outside. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";

/** One effect that left, or was to leave, for a host, with the run or trigger that caused it. */
export const OutboundEffect = z.object({
  id: z.string(),
  /** `run_…`; of what a trigger asks `trigger:<flow>/<name>`; `apr_…` of what tells people of an approval. */
  cause: z.string(),
  /** Empty where it is no flow's. */
  flow: z.string(),
  /** The step; of what a trigger asks its name; else empty. */
  step: z.string(),
  path: z.array(z.int()),
  attempt: z.int(),
  action: z.string(),
  host: z.string(),
  /** Null where none was used, or where it is gone. */
  connection: z.object({ id: z.string(), slug: z.string().nullable() }).nullable(),
  /** `crd_…` */
  credential: z.string().nullable(),
  /** Which line of which grant allowed it, or of which grant or limit refused it. */
  decidedBy: z.object({ id: z.string(), line: z.int() }).nullable(),
  /** `apr_…`, under which it was sent. */
  approval: z.string().nullable(),
  /** Begun so often: 0 was refused before anything could be sent, more than 1 was sent again after a crash. */
  times: z.int(),
  /** Requests that it made, where it can make several. */
  calls: z.int().nullable(),
  /** `unknown`: it may have happened. Null while it is under way. */
  outcome: z.enum(["done", "failed", "refused", "unknown"]).nullable(),
  /** Why it failed or was refused, and that in words. */
  code: z.string().nullable(),
  reason: z.string().nullable(),
  ms: z.int().nullable(),
  /** Of a model, in and out together. */
  tokens: z.int().nullable(),
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  at: Time,
});

export const OutboundFilter = z.object({
  /** A host, or a domain above it. */
  host: z.string().min(1).max(253).optional(),
  flow: Slug.optional(),
  /** A slug, or `con_…` for one that was disconnected. */
  connection: z.string().min(1).max(64).optional(),
  /** As `cause` is answered: `run_…`, `trigger:<flow>/<name>`, `apr_…`. */
  cause: z.string().min(1).max(140).optional(),
  /** Only what was refused, before it left or by the guard of the way out. */
  refused: z.enum(["true", "false"]).default("false"),
  from: Time.optional(),
  to: Time.optional(),
});

export type OutboundEffect = z.output<typeof OutboundEffect>;
export type OutboundFilter = z.output<typeof OutboundFilter>;
