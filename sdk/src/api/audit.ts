/** The audit log: its entries, the heads that sign it, and where it is sent. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";

export const AuditSinkId = z.string().regex(/^snk_[0-9a-z]{26}$/, "an id that begins with snk_");

export const AuditEntry = z.object({
  /** `<chain>.<batch>.<place in it>`. */
  id: z.string(),
  at: Time,
  recordedAt: Time,
  /** `prj_…`, null for what belongs to no project. */
  project: z.string().nullable(),
  /** `mem_…`, `key_…`, `acc_…`, `flow:<slug>`, `agent:<slug>`, `schedule:<id>` or `system`. */
  actor: z.string(),
  /** `noun.verb`: `flow.published`, `effect.intent`, `call.refused`. */
  action: z.string(),
  target: z.string(),
  /** Ids, codes and counts; never content. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** What people call whom a page's entries name by their ids, as far as the caller may see it: the log itself holds ids only. */
export const AuditNames = z.record(z.string(), z.string());

/** What of the log is looked for; all that is given must hold. */
export const AuditFilter = z.object({
  /** `key_…`, `acc_…`, `flow:…`; a member's `mem_…` finds what they did by session and by all their keys. */
  actor: z.string().min(1).max(200).optional(),
  /** What a flow did, and what was done to it. */
  flow: Slug.optional(),
  agent: Slug.optional(),
  /** The action or its beginning: `flow.` finds `flow.published`. */
  action: z.string().min(1).max(100).optional(),
  /** A run's id finds the entries of its steps too. */
  target: z.string().min(1).max(300).optional(),
  project: z.string().max(64).optional(),
  /** When it was recorded: from then on, and before then. */
  from: Time.optional(),
  to: Time.optional(),
  /**
   * Only what was begun so many minutes ago or earlier and has no outcome in the log: effects, shreddings, rotations,
   * changes of tables. Looked for from `from` on, by default 30 days.
   */
  open: z.coerce.number().int().min(0).max(525_600).optional(),
});

export const AuditSpan = z.object({ from: Time.optional(), to: Time.optional() });

export const AuditHead = z.object({
  seq: z.int(),
  signedAt: Time,
  /** SHA-256 in hexadecimal, as `previous` and `state`. */
  digest: z.string(),
  previous: z.string(),
  state: z.string(),
  /** How many chains grew since the head before. */
  chains: z.int(),
  keyId: z.string(),
  /** Ed25519 in hexadecimal. */
  signature: z.string(),
});

export const AuditKey = z.object({
  keyId: z.string(),
  /** SPKI (RFC 8410), base64url: what `steward audit verify --public-key` takes. */
  publicKey: z.string(),
  createdAt: z.string(),
  state: z.enum(["active", "retired"]),
});

export const AuditSink = z.object({
  id: AuditSinkId,
  kind: z.enum(["syslog", "http"]),
  address: z.string(),
  /** Whether a bearer token goes along. */
  secret: z.boolean(),
  createdAt: Time,
  /** Entries that it took. */
  sent: z.int(),
  sentAt: Time.nullable(),
  /** Attempts in a row that failed, and why the last did. */
  failures: z.int(),
  lastError: z.string().nullable(),
  lastErrorAt: Time.nullable(),
});

export const NewAuditSink = z.strictObject({
  kind: z.enum(["syslog", "http"]),
  /** `tls://host:port` or `tcp://host:port` of a syslog collector; `https://…` of an HTTP endpoint. */
  address: z.string().min(1).max(2000),
  /** Sent as `Authorization: Bearer` to an HTTP endpoint; never shown again. */
  secret: z
    .string()
    .min(1)
    .max(2000)
    .regex(/^[\x21-\x7e]+$/, "visible ASCII without spaces")
    .optional(),
  /** Whether it gets what is in the log already. */
  since: z.enum(["now", "start"]).default("now"),
});

export type AuditEntry = z.output<typeof AuditEntry>;
export type AuditFilter = z.output<typeof AuditFilter>;
export type AuditHead = z.output<typeof AuditHead>;
export type AuditKey = z.output<typeof AuditKey>;
export type AuditSink = z.output<typeof AuditSink>;
export type NewAuditSink = z.input<typeof NewAuditSink>;
