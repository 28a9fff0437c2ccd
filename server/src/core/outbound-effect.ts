/** What the ledger of effects says, told by the audit's own entries: so the two can't differ. */
import { createHash } from "node:crypto";
import type { AuditEntry } from "./audit-entry.ts";

export type OutboundOutcome = "done" | "failed" | "refused" | "unknown";

/** What one entry tells of an effect that leaves for a host. Null is what it does not tell. */
export interface OutboundEffect {
  /** `run_…`; of what a trigger asks `trigger:<flow>/<name>`; `apr_…` of what tells people of an approval. */
  readonly cause: string;
  /** Which effect of it: the same for its intent, its outcome, and when it is sent again after a crash. */
  readonly id: string;
  /** The step, after the iterations around it: `0.2/send`. */
  readonly place: string;
  readonly attempt: number;
  /** A flow's slug, or an agent's; empty where it is neither's. */
  readonly flow: string;
  readonly action: string;
  readonly host: string;
  readonly connection: string | null;
  readonly credential: string | null;
  readonly decidedBy: string | null;
  readonly line: number | null;
  readonly approval: string | null;
  /** How often it was begun. */
  readonly times: number;
  readonly calls: number | null;
  /** Null from each begin on, until there is one. */
  readonly outcome: OutboundOutcome | null;
  readonly code: string | null;
  readonly ms: number | null;
  readonly tokens: number | null;
  readonly costMicro: number | null;
  readonly currency: string | null;
  readonly atMs: number;
  readonly endedMs: number | null;
}

const KINDS: ReadonlyMap<string, "begun" | "ended" | "refused"> = new Map([
  ["effect.intent", "begun"],
  ["effect.outcome", "ended"],
  ["effect.refused", "refused"],
]);
const OUTCOMES: ReadonlySet<string> = new Set<OutboundOutcome>(["done", "failed", "refused", "unknown"]);
const ID_CHARACTERS = 22; // 132 bits

/** Null for what is no effect, and for one that reaches no host. */
export function outboundOf({ atMs, action, actor, target, facts }: AuditEntry): OutboundEffect | null {
  const kind = KINDS.get(action);
  const host = textOf(facts["host"]);
  if (kind === undefined || host === null) return null;
  const { cause, place, flow } = causeOf(target);
  const attempt = numberOf(facts["attempt"]) ?? 1;
  const which = `${place}\n${attempt}\n${textOf(facts["digest"])}`;
  const cost = numberOf(facts["cost"]);
  const [input, output] = [numberOf(facts["inputTokens"]), numberOf(facts["outputTokens"])];
  return {
    cause,
    id: createHash("sha256").update(which).digest("base64url").slice(0, ID_CHARACTERS),
    place,
    attempt,
    flow: flow ?? /^(?:flow|agent):(.*)$/.exec(actor)?.[1] ?? "",
    action: textOf(facts["effect"]) ?? "",
    host,
    connection: textOf(facts["connection"]),
    credential: textOf(facts["credential"]),
    decidedBy: textOf(facts["decidedBy"]),
    line: numberOf(facts["line"]),
    approval: textOf(facts["approval"]),
    times: kind === "begun" ? 1 : 0,
    calls: numberOf(facts["calls"]),
    outcome: kind === "begun" ? null : kind === "refused" ? kind : outcomeOf(textOf(facts["outcome"])),
    code: kind === "begun" ? null : textOf(facts["code"]),
    ms: numberOf(facts["ms"]),
    tokens: input === null && output === null ? null : (input ?? 0) + (output ?? 0),
    costMicro: cost === null ? null : Math.round(cost * 1e6),
    currency: textOf(facts["currency"]),
    atMs,
    endedMs: kind === "begun" ? null : atMs,
  };
}

/** Of a run its step, after the iterations around it; of a trigger's looks, which are its attempts, its flow and name. */
function causeOf(target: string): { readonly cause: string; readonly place: string; readonly flow: string | null } {
  const slash = target.indexOf("/");
  const [head, rest] = slash < 0 ? [target, ""] : [target.slice(0, slash), target.slice(slash + 1)];
  if (head.startsWith("trigger:")) return { cause: target, place: rest, flow: head.slice("trigger:".length) };
  return { cause: head, place: rest, flow: null };
}

/** What two entries about the same effect say together; the later one's word counts where both have one. */
export function mergeOutbound(before: OutboundEffect, after: OutboundEffect): OutboundEffect {
  return {
    ...after,
    decidedBy: after.decidedBy ?? before.decidedBy,
    line: after.line ?? before.line,
    approval: after.approval ?? before.approval,
    times: before.times + after.times,
    calls: after.calls ?? before.calls,
    ms: after.ms ?? before.ms,
    tokens: after.tokens ?? before.tokens,
    costMicro: after.costMicro ?? before.costMicro,
    currency: after.currency ?? before.currency,
    atMs: Math.min(before.atMs, after.atMs),
  };
}

/** What can't be read may have happened. */
function outcomeOf(text: string | null): OutboundOutcome {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- looked up among them just now
  return text !== null && OUTCOMES.has(text) ? (text as OutboundOutcome) : "unknown";
}

type Fact = AuditEntry["facts"][string] | undefined;
const textOf = (fact: Fact): string | null => (typeof fact === "string" ? fact : null);
const numberOf = (fact: Fact): number | null => (typeof fact === "number" ? fact : null);
