/** What the project's grants, limits and budgets say of one effect: the one decision, with all that it needs looked up. */
import { calendarOfCap } from "../core/budget/calendars.ts";
import { findCaps, type StandingCap } from "../core/budget/find-caps.ts";
import { showId } from "../core/id.ts";
import { periodKey } from "../core/policy/caps.ts";
import { asksWhetherFirst, decide } from "../core/policy/decide.ts";
import type { ConnectionRef, Decision, PolicyRequest } from "../core/policy/decision.ts";
import { principalOf } from "../core/policy/principal-of.ts";
import { destinationKey } from "../core/policy/taint.ts";
import type { CapReservation, EffectCall } from "../core/ports/gate.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionRow } from "../store/connections.ts";
import type { Scope } from "../store/scope.ts";
import type { Act, EffectRefusal } from "./action.ts";
import type { ProjectPolicy } from "./policy.ts";

/** What was done where before, for approvals of the first time. Digests are keyed: they are of addresses. */
export interface Destinations {
  readonly isKnown: (scope: Scope, digest: Buffer) => Promise<boolean>;
  readonly note: (scope: Scope, digest: Buffer, atMs: number) => Promise<void>;
}

export interface JudgedReservation extends CapReservation {
  readonly unit: StandingCap["unit"];
  readonly of: StandingCap;
  /** To whom the grant is that the cap came with; null of what came with none. Looked up when it is asked for. */
  readonly to: () => string | null;
}

export interface Judged {
  readonly act: Act;
  readonly decision: Decision;
  /** In the order in which counters are locked. */
  readonly reservations: readonly JudgedReservation[];
  /** A budget that can't be kept, for nobody knows what it costs. */
  readonly unpriced: EffectRefusal | null;
  /** To be noted when it is done: whoever asks whether it was done there before. Null where nobody does. */
  readonly first: Buffer | null;
  /** Whether the same, with other arguments, would be let through as it stands, without asking anybody else. */
  readonly allows: (given: JsonObject) => boolean;
}

export interface ToJudge {
  readonly call: EffectCall;
  readonly act: Act;
  readonly connection: ConnectionRow | null;
  readonly keys: ProjectKeys;
  readonly policy: ProjectPolicy;
  readonly nowMs: number;
}

export async function judgeEffect(destinations: Destinations, given: ToJudge): Promise<Judged> {
  const { act, call, policy, keys, nowMs } = given;
  const unknown = requestOf(given);
  const asked = asksWhetherFirst(policy.policy, unknown);
  const first = asked ? keys.digest("effect", "destination", destinationKey(unknown)) : null;
  const known = first !== null && (await destinations.isKnown(call, first));
  const request = { ...unknown, known };
  const decision = stillOf(decide(request, policy.policy, nowMs), given);
  const allows = (other: JsonObject): boolean => {
    const again = stillOf(decide({ ...request, arguments: other }, policy.policy, nowMs), given);
    return again.kind === "allowed" && (again.approval === null || asksOf(again) === asksOf(decision));
  };
  if (decision.kind === "refused") return { act, decision, reservations: [], unpriced: null, first, allows };
  const found = findCaps(request, decision.reservations, policy.caps);
  if (found.kind === "unpriced") {
    const message = `a budget in ${found.cap.currency} binds it, and nobody knows what it costs in that`;
    return { act, decision, reservations: [], unpriced: { code: "price_unknown", message }, first, allows };
  }
  const reservations = found.reservations.map(({ cap, amount }) => {
    const calendar = calendarOfCap(cap, policy.calendar);
    const key = periodKey(cap.period, { nowMs, run: call.run, calendar });
    return {
      cap: cap.id,
      level: cap.level,
      periodKey: key,
      amount,
      max: cap.amount,
      unit: cap.unit,
      of: cap,
      to: () => holderOf(cap, policy),
    };
  });
  return { act, decision, reservations, unpriced: null, first, allows };
}

/** `grant:grt_…:0` is of a grant. */
function holderOf({ source, subject }: StandingCap, { policy }: ProjectPolicy): string | null {
  if (source !== "grant") return null;
  const [, id] = subject.split(":");
  return policy.allGrants.find((grant) => grant.lines.some(({ ref }) => ref.id === id))?.to ?? null;
}

/** Whom it asks, to be compared. */
function asksOf(decision: Decision): string {
  if (decision.kind === "refused" || decision.approval === null) return "";
  return canonicalJson(decision.approval.parties.map(({ by, quorum }) => [[...by], quorum]));
}

function requestOf({ call, act, connection, ...given }: ToJudge): PolicyRequest {
  const { effect, tainted, event } = call;
  const owner = connection?.owner ?? null;
  // Events of a person's own connection are for flows that were granted them by name, and bound by that person's limits.
  const starter = event === undefined ? call.starter : owner;
  const member = starter === null ? null : `member:${showId("acc", starter)}`;
  // Who lets their own account act has what they were granted with it; with others' a person who starts a flow has not.
  const asThemselves = event === undefined && member !== null && connection !== null && owner === starter;
  const ofRun = [principalOf(call), ...(asThemselves ? [member] : []), ...(event && owner ? [] : ["project"])];
  return {
    principals: call.cause === undefined ? ofRun : [call.cause.principal],
    boundAs: member === null ? [] : [member],
    connection: refOf({ call, connection, ...given }),
    action: effect.action,
    class: act.class,
    destination: act.destination,
    arguments: act.arguments,
    literal: act.literal,
    tainted,
    known: false,
    estimate: act.estimate,
  };
}

function refOf({ call: { effect }, connection }: Pick<ToJudge, "call" | "connection">): ConnectionRef | null {
  const slug = connection?.slug ?? effect.connection ?? null;
  if (slug !== null) return { kind: "connection", slug };
  return effect.credential === null ? null : { kind: "credential", slug: effect.credential };
}

/** A grant is for one connection, whatever its slug has become the name of meanwhile. */
function stillOf(decision: Decision, { connection, policy }: ToJudge): Decision {
  if (decision.kind === "refused" || decision.by === null || connection === null) return decision;
  if (policy.connectionOf.get(decision.by.id) === connection.id) return decision;
  const message = `its grant is for another connection that was called ${connection.slug}`;
  return { kind: "refused", code: "not_granted", line: decision.by, obstacles: [], message };
}
