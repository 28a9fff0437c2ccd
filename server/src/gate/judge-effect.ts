/** What the project's grants, limits and budgets say of one effect: the one decision, with all that it needs looked up. */
import { calendarOfCap } from "../core/budget/calendars.ts";
import { findCaps } from "../core/budget/find-caps.ts";
import { showId } from "../core/id.ts";
import { periodKey } from "../core/policy/caps.ts";
import { asksWhetherFirst, decide } from "../core/policy/decide.ts";
import type { ConnectionRef, Decision, PolicyRequest } from "../core/policy/decision.ts";
import { destinationKey } from "../core/policy/taint.ts";
import type { CapReservation, EffectCall } from "../core/ports/gate.ts";
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

export interface Judged {
  readonly act: Act;
  readonly decision: Decision;
  /** In the order in which counters are locked. */
  readonly reservations: readonly (CapReservation & { readonly unit: "money" | "tokens" | "calls" })[];
  /** A budget that can't be kept, for nobody knows what it costs. */
  readonly unpriced: EffectRefusal | null;
  /** To be noted when it is done: whoever asks whether it was done there before. Null where nobody does. */
  readonly first: Buffer | null;
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
  if (decision.kind === "refused") return { act, decision, reservations: [], unpriced: null, first };
  const found = findCaps(request, decision.reservations, policy.caps);
  if (found.kind === "unpriced") {
    const message = `a budget in ${found.cap.currency} binds it, and nobody knows what it costs in that`;
    return { act, decision, reservations: [], unpriced: { code: "price_unknown", message }, first };
  }
  const reservations = found.reservations.map(({ cap, amount }) => {
    const calendar = calendarOfCap(cap, policy.calendar);
    const key = periodKey(cap.period, { nowMs, run: call.run, calendar });
    return { cap: cap.id, level: cap.level, periodKey: key, amount, max: cap.amount, unit: cap.unit };
  });
  return { act, decision, reservations, unpriced: null, first };
}

function requestOf({ call, act, connection, ...given }: ToJudge): PolicyRequest {
  const { effect, tainted, event } = call;
  const owner = connection?.owner ?? null;
  // Events of a person's own connection are for flows that were granted them by name, and bound by that person's limits.
  const starter = event === undefined ? call.starter : owner;
  const member = starter === null ? null : `member:${showId("acc", starter)}`;
  // Who lets their own account act has what they were granted with it; with others' a person who starts a flow has not.
  const asThemselves = event === undefined && member !== null && connection !== null && owner === starter;
  const ofRun = [`flow:${call.flow}`, ...(asThemselves ? [member] : []), ...(event && owner ? [] : ["project"])];
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
