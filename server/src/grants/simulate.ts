import type { Simulate, Simulated } from "@steward/sdk";
import { type KnownAction, readArguments } from "../core/actions/known-action.ts";
import type { KnownActions } from "../core/actions/known-actions.ts";
import { OWN_ACTIONS } from "../core/actions/own-actions.ts";
import { calendarOfCap } from "../core/budget/calendars.ts";
import { type CapReservation, findCaps } from "../core/budget/find-caps.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { connectionOf } from "../core/policy/compile-grant.ts";
import { type Calendar, judgeReservation, periodKey, toMicro } from "../core/policy/caps.ts";
import { decide } from "../core/policy/decide.ts";
import type { Decision, LineRef, PolicyRequest } from "../core/policy/decision.ts";
import type { Transaction } from "../core/ports/database.ts";
import { readCounters } from "../store/caps.ts";
import { readConnectionsBySlug } from "../store/connection-refs.ts";
import { inScope } from "../store/scope.ts";
import { amountShown } from "./amount-shown.ts";
import { type GrantCaller, type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { lineSentence } from "./line-sentence.ts";

/** What runs begin to count from: no run has this id. */
const NO_RUN = "00000000-0000-0000-0000-000000000000";

/**
 * What the gate would decide on an effect: the same function, the same counters, and nothing is done or kept. Throws
 * `value_invalid` for arguments that the action does not take.
 */
export async function simulate(parts: GrantParts, caller: GrantCaller, asked: Simulate): Promise<Simulated> {
  const { scope } = caller;
  const nowMs = asked.at === undefined ? parts.clock.nowMs() : Date.parse(asked.at);
  const known = await knowing(parts, scope);
  const { policy, caps, calendar } = await parts.grants.policyOf(scope);
  return await inScope(parts.database, scope, async (tx) => {
    const request = await requestOf(known, tx, caller, asked);
    const decision = decide(request, policy, nowMs);
    if (decision.kind === "refused") {
      const decidedBy = await lineIn(known, tx, caller, decision.line);
      return { allowed: false, code: decision.code, reason: decision.message, decidedBy, approval: null, reserves: [] };
    }
    const found = findCaps(request, decision.reservations, caps);
    const decidedBy = await lineIn(known, tx, caller, decision.by);
    const approval = approvalOf(decision);
    if (found.kind === "unpriced") {
      const reason = `The budget ${showId("cap", found.cap.id)} caps money in ${found.cap.currency}, and what this costs in it is not known.`;
      return { allowed: false, code: "price_unknown", reason, decidedBy, approval, reserves: [] };
    }
    const reserves = await judgeAll(tx, caller, calendar, found.reservations, nowMs);
    const short = reserves.find(({ fits }) => !fits);
    return { allowed: short === undefined, ...refusalOf(short), decidedBy, approval, reserves };
  });
}

/** In the codes of the gate: what counts calls is a rate. */
function refusalOf(short: Simulated["reserves"][number] | undefined): Pick<Simulated, "code" | "reason"> {
  if (short === undefined) return { code: null, reason: null };
  const code = short.unit === "calls" ? "rate_exceeded" : "budget_exceeded";
  const left = `${short.left} ${short.unit === "money" ? short.currency : short.unit}`;
  return { code, reason: `${short.cap} has ${left} left, and this takes ${short.amount}.` };
}

async function requestOf(
  { actions }: KnowingParts,
  tx: Transaction,
  { scope }: GrantCaller,
  asked: Simulate,
): Promise<PolicyRequest> {
  const action = actions.find(asked.action);
  if (action === null) throw invalid("action", `there is no action "${asked.action}"`);
  const given = readArguments(action, asked.arguments, "arguments");
  const connection = connectionOf(asked);
  const owner = await requireFits(tx, scope.project, actions, action, connection);
  const { principal, tainted, known, tokens, cost, startedBy } = asked;
  const estimate =
    cost === undefined && tokens === 0
      ? null
      : { micro: toMicro(cost?.amount ?? 0), currency: cost?.currency ?? "", tokens };
  const starter = startedBy === undefined ? [] : [`member:${startedBy}`];
  // Who lets their own account act has what they were granted with it.
  const asThemselves = owner !== null && showId("acc", owner) === startedBy ? starter : [];
  // Events of a person's own connection are for flows that were granted them by name, and bound by that person's limits.
  const isOwnEvent = action.isEvent === true && owner !== null;
  const all = isOwnEvent ? [] : [...asThemselves, "project"];
  return {
    principals: /^(?:flow|agent):/.test(principal) ? [principal, ...all] : [principal],
    boundAs: isOwnEvent ? [`member:${showId("acc", owner)}`] : starter,
    connection,
    action: action.id,
    class: action.classOf(given),
    destination: action.destination,
    arguments: given,
    // As the gate has it: where a credential may be sent is bound to its hosts already.
    literal: new Set(connection?.kind === "credential" ? action.destination : asked.literal),
    tainted,
    known,
    estimate,
  };
}

/** As the gate has it: an action of a connector is done with a connection of it. Gives the account whose connection it is. */
async function requireFits(
  tx: Transaction,
  project: string,
  actions: KnownActions,
  action: KnownAction,
  about: PolicyRequest["connection"],
): Promise<string | null> {
  if (about?.kind === "connection") {
    const [row] = await readConnectionsBySlug(tx, project, [about.slug]);
    if (!row) throw invalid("connection", `there is no connection "${about.slug}" here`);
    if (!actions.of({ kind: "connection", connector: row.connector }).includes(action))
      throw invalid("action", `${action.id} is not done with a connection of ${row.connector}`);
    return row.owner;
  }
  if (!OWN_ACTIONS.includes(action)) throw invalid("connection", `name the connection that ${action.id} is done with`);
  if (about !== null && !action.usesCredential)
    throw invalid("credential", `${action.id} is done without a credential`);
  return null;
}

function invalid(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field, issues: [{ field, message }] });
}

function approvalOf({ approval }: Extract<Decision, { kind: "allowed" }>): Simulated["approval"] {
  if (approval === null) return null;
  return {
    why: approval.reasons.map(({ kind, field, of }) => ({ kind, field, of: of.id })),
    parties: approval.parties.map(({ by, quorum }) => ({ approvers: [...by], quorum })),
    expiresHours: approval.expiresHours,
  };
}

/** A line with its sentence. */
async function lineIn(
  { actions }: KnowingParts,
  tx: Transaction,
  { scope, permissions }: GrantCaller,
  ref: LineRef | null,
): Promise<Simulated["decidedBy"]> {
  if (ref === null) return null;
  const sentence = await lineSentence(tx, scope, ref, { permissions, actions });
  return { id: ref.id, line: ref.line, sentence: sentence ?? "" };
}

async function judgeAll(
  tx: Transaction,
  { scope }: GrantCaller,
  calendar: Calendar,
  reservations: readonly CapReservation[],
  nowMs: number,
): Promise<Simulated["reserves"]> {
  const at = reservations.map(({ cap }) => ({
    cap: cap.id,
    periodKey: periodKey(cap.period, { nowMs, run: NO_RUN, calendar: calendarOfCap(cap, calendar) }),
  }));
  const counters = new Map((await readCounters(tx, scope.organization, at)).map((row) => [row.cap, row]));
  return reservations.map(({ cap, amount }) => {
    const { spent, reserved } = counters.get(cap.id) ?? { spent: 0, reserved: 0 };
    const counter = { spent: BigInt(spent), reserved: BigInt(reserved), max: cap.amount, amount };
    const left = cap.amount - counter.spent - counter.reserved;
    return {
      cap: showId("cap", cap.id),
      level: cap.level,
      unit: cap.unit,
      currency: cap.currency,
      period: cap.period,
      amount: amountShown(cap.unit, amount),
      left: amountShown(cap.unit, left < 0n ? 0n : left),
      fits: judgeReservation(counter) === "granted",
    };
  });
}
