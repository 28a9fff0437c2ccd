/** Whether the approval under which an effect is asked for anew is of this effect, and of those who must agree to it now. */
import { canonicalJson, type Json } from "../core/json.ts";
import type { Party } from "../core/policy/decision.ts";
import type { Scope } from "../store/scope.ts";
import type { EffectRefusal, Matter } from "./action.ts";

/** An approval as the gate needs it. */
export interface GivenApproval {
  /** As it is shown: `run_…`. */
  readonly run: string;
  readonly action: string;
  /** Of the arguments as they were asked for, and as they were approved with changes. */
  readonly digest: Buffer;
  readonly changedDigest: Buffer | null;
  /** `used`: the effect has begun under it; a repetition of the same one may go on, as the flush of its intent decides. */
  readonly status: "open" | "approved" | "rejected" | "expired" | "withdrawn" | "used";
  readonly parties: readonly Party[];
}

/** By UUID. */
export type FindApproval = (scope: Scope, id: string) => Promise<GivenApproval | null>;

/** `asked`: nobody was asked yet, or other people must agree by now than did. */
export type ApprovalState =
  | { readonly kind: "stands" }
  | { readonly kind: "asked" }
  | { readonly kind: "refused"; readonly refusal: EffectRefusal };

/** For an effect that all checks let pass. */
export async function approvalState(find: FindApproval, { call, judged, digest }: Matter): Promise<ApprovalState> {
  const needed = judged?.decision.kind === "allowed" ? judged.decision.approval : null;
  if (call.approval === null) return { kind: needed === null ? "stands" : "asked" };
  const given = await find(call, call.approval);
  if (given === null || given.run !== call.run || given.action !== call.effect.action) return MISMATCH;
  if (given.status !== "approved" && given.status !== "used") return MISMATCH;
  if (!(given.changedDigest ?? given.digest).equals(digest)) return MISMATCH;
  const agreed = new Map(given.parties.map((party) => [peopleOf(party), party.quorum]));
  const covered =
    needed === null || needed.parties.every((party) => (agreed.get(peopleOf(party)) ?? 0) >= party.quorum);
  return { kind: covered ? "stands" : "asked" };
}

function peopleOf({ by, escalate }: Party): string {
  const later: Json = escalate === null ? null : { ...escalate };
  return canonicalJson([by, later]);
}

const MISMATCH: ApprovalState = {
  kind: "refused",
  refusal: {
    code: "approval_mismatch",
    message: "what was approved is not this, or no longer stands: the arguments or the connection have changed since",
  },
};
