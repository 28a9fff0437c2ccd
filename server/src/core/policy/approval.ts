/** Who has to agree to an effect: the rules of every line that decided, put together so that none is weakened. */
import type { SlackPlace } from "@steward/sdk";
import { unreachable } from "../invariant.ts";
import { canonicalJson } from "../json.ts";
import type { ArgumentValues } from "./argument-values.ts";
import { toMicro } from "./caps.ts";
import type { CompiledLine } from "./compile-grant.ts";
import {
  type ApprovalNeeded,
  type ApprovalReason,
  type Approvers,
  MAY_GRANT,
  type Party,
  type PolicyRequest,
} from "./decision.ts";

/** Unless a rule says otherwise. */
const EXPIRES_HOURS = 72;

export interface Asked {
  readonly reasons: readonly ApprovalReason[];
  readonly party: Party;
  readonly expiresHours: number;
}

/** What a line's own rule asks for of this request; null when it asks nobody. */
export function askedBy(line: CompiledLine, request: PolicyRequest, values: ArgumentValues): Asked | null {
  const rule = line.approval;
  if (rule === null || !applies(rule, request, values)) return null;
  const reason = { kind: rule.when, field: rule.field ?? null, of: line.ref };
  return { reasons: [reason], party: partyOf(line), expiresHours: rule.expiresHours };
}

function applies(rule: NonNullable<CompiledLine["approval"]>, request: PolicyRequest, values: ArgumentValues): boolean {
  switch (rule.when) {
    case "always":
      return true;
    case "first":
      return !request.known;
    case "tainted":
      return request.tainted;
    case "above":
      return isAbove(rule, request, values);
    default:
      return unreachable(rule.when);
  }
}

/** What can't be compared counts as above. */
function isAbove(
  { field, currency, above = 0 }: NonNullable<CompiledLine["approval"]>,
  { estimate }: PolicyRequest,
  values: ArgumentValues,
): boolean {
  if (field === undefined) {
    if (estimate === null || estimate.micro === 0n) return false;
    return estimate.micro === null || estimate.currency !== currency || estimate.micro > toMicro(above);
  }
  const { members, missing, broken } = values.at(field);
  return broken || missing || members.some((value) => typeof value !== "number" || value > above);
}

/**
 * The destinations that a tainted run has decided by itself: neither literal in the published version nor bound by an
 * explicit condition of the line. They are for the grant's approvers to agree to, or for those who may grant.
 */
export function askedForDestination(line: CompiledLine, request: PolicyRequest, values: ArgumentValues): Asked | null {
  if (!request.tainted) return null;
  const open = request.destination.filter((field) => {
    const { members, broken } = values.at(field);
    if ((members.length === 0 && !broken) || request.literal.has(field)) return false;
    return !line.conditions.some((condition) => condition.explicit && condition.form.field === field);
  });
  if (open.length === 0) return null;
  const reasons = open.map((field) => ({ kind: "destination", field, of: line.ref }) as const);
  return { reasons, party: partyOf(line), expiresHours: line.approval?.expiresHours ?? EXPIRES_HOURS };
}

function partyOf({ approval, granter }: CompiledLine): Party {
  if (approval === null) return { by: [MAY_GRANT], quorum: 1, remindHours: null, escalate: null };
  const { by, quorum, remindHours, escalate, slack } = approval;
  return {
    by: peopleOf(by, granter),
    quorum,
    remindHours: remindHours ?? null,
    escalate: escalate ? { afterHours: escalate.afterHours, to: peopleOf(escalate.to, granter) } : null,
    ...(slack === undefined ? {} : { slack: [slack] }),
  };
}

/** A grant that no person gave is approved by those who may grant. */
function peopleOf(by: Approvers, granter: string | null): Approvers {
  return [...new Set(by.map((one) => (one === "granter" ? (granter ?? MAY_GRANT) : one)))].toSorted();
}

/**
 * All of them together: each party must agree; parties of the same people become one with the highest quorum, reminded
 * as often as the most impatient; it expires as early as the first of them.
 */
export function mergeAsked(asked: readonly Asked[]): ApprovalNeeded | null {
  if (asked.length === 0) return null;
  const parties = new Map<string, Party>();
  for (const { party } of asked) {
    const key = canonicalJson([party.by, party.escalate ? { ...party.escalate } : null]);
    const other = parties.get(key);
    parties.set(key, other === undefined ? party : { ...party, ...stricterOf(party, other) });
  }
  return {
    parties: [...parties.values()],
    expiresHours: Math.min(...asked.map(({ expiresHours }) => expiresHours)),
    reasons: asked.flatMap(({ reasons }) => reasons),
  };
}

function stricterOf(a: Party, b: Party): Pick<Party, "quorum" | "remindHours" | "slack"> {
  const slack = mergePlaces([...(a.slack ?? []), ...(b.slack ?? [])]);
  const remind = [a.remindHours, b.remindHours].filter((hours) => hours !== null);
  return {
    quorum: Math.max(a.quorum, b.quorum),
    remindHours: remind.length === 0 ? null : Math.min(...remind),
    ...(slack.length === 0 ? {} : { slack }),
  };
}

/** Each channel once; what would be sent is shown there only where every rule that names it lets it be. */
export function mergePlaces(places: readonly SlackPlace[]): readonly SlackPlace[] {
  const merged = new Map<string, SlackPlace>();
  for (const place of places) {
    const key = `${place.connection} ${place.channel}`;
    const other = merged.get(key);
    merged.set(key, other === undefined ? place : { ...place, arguments: place.arguments && other.arguments });
  }
  return [...merged.values()];
}
