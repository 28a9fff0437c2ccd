/**
 * The life of an effect: gather, decide, record the intent, perform, record the outcome. What is particular to an action
 * is in its `ActionPerformer`.
 * E1 Nothing leaves before the intent is committed, and what it reserves with it (R5).
 * E2 Nothing begins once the run was cancelled, ended, or lost its worker, or once what it rests on was revoked: asked
 *    before the intent, after its commit, and just before the first byte (R2, R6).
 * E3 A secret is opened after the intent, for this effect alone, and is in nothing that the gate gives back (C2).
 * E4 Every refusal and every outcome is data with an audit entry (G1). Rejects only where the store does or for a bug.
 * E5 An effect is judged by all that was in force when it is entered among those in flight; a word that comes later finds
 *    it there.
 */
import { invariant, unreachable } from "../core/invariant.ts";
import { parseId } from "../core/id.ts";
import type { LineRef } from "../core/policy/decision.ts";
import type { EffectCall, Ended, Gate, Held, Performed } from "../core/ports/gate.ts";
import { INSTALLATION } from "../store/installation.ts";
import {
  type ActionPerformer,
  type Actions,
  type AuditFacts,
  endedAs,
  type EffectEnd,
  type EffectRefusal,
  type Matter,
} from "./action.ts";
import { approvalState } from "./approval-stands.ts";
import { heldEntry, intentEntry, outcomeEntry, refusedEntry } from "./audit-effect.ts";
import { CHECKS, type Checks, decide, judgeCancelled } from "./checks.ts";
import type { GateParts } from "./gate-parts.ts";
import type { Fate, Flight } from "./in-flight.ts";
import { gatherMatter } from "./matter.ts";
import type { ProjectPolicy } from "./policy.ts";
import { requestHttp } from "./request-http.ts";
import { settlementsOf } from "./settle.ts";
import { takeReservations } from "./take-reservations.ts";
import { unavailable } from "./unavailable.ts";

/** What no project but the installation's own performs. */
const INSTALLATIONS_OWN: ReadonlySet<string> = new Set(["connection.revoke", "approval.message", "mail.send"]);
const NOT_THEIRS: EffectRefusal = { code: "action_unavailable", message: "only the installation itself does this" };
const notTheirs: ActionPerformer = { ...unavailable, checks: [{ name: "own_run", judge: () => NOT_THEIRS }] };

/** Of one effect, while what it is judged by changes beneath it. */
const ROUNDS_MAX = 20;
/** For how long a refusal is believed without reading anew; bounds how often that is done. */
const BELIEVED_MS = 100;

/** The gate. `checks` is what every effect must pass; only tests give another list. */
export function createGate(parts: GateParts, checks: Checks = CHECKS): Gate {
  const actions: Actions = { "http.request": requestHttp(parts), ...parts.actions };
  const performerOf = ({ project, effect: { action, connection = null }, event }: EffectCall): ActionPerformer =>
    // Named by a project's own connector, say: it is refused before its arguments are read as the installation's.
    (project !== INSTALLATION && INSTALLATIONS_OWN.has(action) ? notTheirs : undefined) ??
    (event && actions[event.work.does === "unregister" ? "event.unregister" : "event.ask"]) ??
    actions[action] ??
    (connection === null ? undefined : actions["connector.call"]) ??
    unavailable;
  return { perform: (call) => perform(parts, performerOf(call), checks, call) };
}

async function perform(
  parts: GateParts,
  action: ActionPerformer,
  checks: Checks,
  call: EffectCall,
): Promise<Performed> {
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const policy = await parts.policies.get(call);
    const matter = await gatherMatter(parts, action, call, policy);
    const place = action.facts(matter.subject, matter.connection);
    const stopped = await stop(parts, action, checks, matter, place);
    if (stopped !== null) {
      if (round === 1 && mayBeOld(parts, policy, matter)) continue;
      return stopped;
    }
    const flight = enter(parts, matter);
    let fate: Fate = "stopped";
    try {
      if (!policy.isCurrent()) continue;
      const { signal } = flight;
      // What waits (for others' reservations, for a token) is sent by what is in force then: else it is held back, and the
      // engine asks for it anew.
      const mayProceed = (): boolean => call.mayProceed() && policy.isCurrent();
      const end = await send(parts, action, { ...matter, call: { ...call, signal, mayProceed } }, place, flight);
      fate = fateOf(end);
      return end;
    } finally {
      flight.end(fate);
    }
  }
  const message = "what it is judged by changes faster than it can be judged";
  return ended(endedAs("failed", { code: "overloaded", message }), []);
}

/**
 * A word that something was granted may be late or lost: nobody is refused by what was in force a while ago. What was
 * taken away is no matter of age, but of words (E5).
 */
function mayBeOld({ policies, clock }: GateParts, policy: ProjectPolicy, { call, judged }: Matter): boolean {
  if (judged?.decision.kind !== "refused" || clock.monotonicMs() - policy.readAtMs < BELIEVED_MS) return false;
  policies.drop(call);
  return true;
}

/** The checks of the gate and the action, then whether a person is to be asked; null when the effect may begin. */
async function stop(
  { clock, findApproval }: GateParts,
  action: ActionPerformer,
  checks: Checks,
  matter: Matter,
  place: AuditFacts,
): Promise<Performed | null> {
  const refuse = (check: string, refusal: EffectRefusal): Ended =>
    ended(endedAs("refused", refusal), [refusedEntry(matter, place, clock.nowMs(), { check, code: refusal.code })]);
  const inOrder = [checks.first, action.usable ?? [], checks.granted, action.checks];
  const refused = await decide(inOrder.flat(), matter);
  if (refused !== null) return refuse(refused.check, refused.refusal);
  invariant(action.act === undefined || matter.judged !== null, "what grants are about was not judged");
  const approval = await approvalState(findApproval, matter);
  switch (approval.kind) {
    case "stands":
      return null;
    case "refused":
      return refuse("approval", approval.refusal);
    case "asked":
      return held(matter, place, clock.nowMs());
    default:
      return unreachable(approval);
  }
}

function held({ judged, ...matter }: Matter, place: AuditFacts, atMs: number): Held {
  invariant(judged?.decision.kind === "allowed" && judged.decision.approval !== null, "nobody has to be asked");
  const { approval: needed, by } = judged.decision;
  return {
    held: {
      needed,
      action: matter.call.effect.action,
      connection: matter.connection?.id ?? null,
      grant: by === null ? null : uuidOfLine(by),
      arguments: judged.act.arguments,
      digest: matter.digest,
    },
    audit: [heldEntry({ judged, ...matter }, place, atMs)],
  };
}

function enter({ inFlight }: GateParts, { call, judged, connection, credential }: Matter): Flight {
  const { step, path, organization, project, run, flow, starter, approval, signal } = call;
  const decision = judged?.decision.kind === "allowed" ? judged.decision : null;
  const lines = [...(decision?.by ? [decision.by] : []), ...(decision?.limits ?? [])];
  const on = {
    organization,
    project,
    run,
    grants: [...new Set(lines.map(uuidOfLine))],
    connection: connection?.id ?? null,
    credential: credential?.id ?? null,
    flow,
    members: [starter, connection?.owner ?? null].filter((account) => account !== null),
    approval,
  };
  return inFlight.enter({ step, path, action: call.effect.action }, on, signal);
}

function uuidOfLine({ kind, id }: LineRef): string {
  const uuid = parseId(kind === "grant" ? "grt" : "lim", id);
  invariant(uuid !== null, `${id} is the id of no ${kind}`);
  return uuid;
}

/** From the intent to the outcome. */
async function send(
  parts: GateParts,
  action: ActionPerformer,
  matter: Matter,
  place: AuditFacts,
  flight: Flight,
): Promise<Ended> {
  const { clock } = parts;
  const { call, judged } = matter;
  const reservations = judged?.reservations ?? [];
  const { effect } = call;
  const repeat = effect.repeat === "never" ? (action.repeats?.(matter.subject) ?? "never") : effect.repeat;
  const asked = { ...matter, call: { ...call, effect: { ...effect, repeat } } };
  const audit = [intentEntry(asked, place, clock.nowMs(), action.intentFacts(matter.subject))];
  const intended = await call.intend({ audit, reservations, ...(repeat === effect.repeat ? {} : { repeat }) });
  const begunMs = clock.monotonicMs();
  const full = await takeReservations(parts, call, reservations, intended);
  const refusal = full ?? (intended.approved ? judgeCancelled(call) : USED);
  const end = asRevoked(refusal === null ? await action.perform(matter) : endedAs("refused", refusal), flight);
  const ms = Math.round(clock.monotonicMs() - begunMs);
  await noteDestination(parts, matter, end);
  await noteReached(parts, matter, end);
  return {
    ...ended(end, [outcomeEntry(matter, place, clock.nowMs(), ms, end)]),
    // Nothing was taken where not everything was.
    settle: full === null ? settlementsOf(reservations, end) : [],
    usage: end.usage ?? null,
  };
}

const USED: EffectRefusal = {
  code: "approval_mismatch",
  message: "what was approved was done meanwhile, or the approval has ended",
};

/** That it was aborted here, not by its run: for the engine sends again what only its lease held back. */
function asRevoked(end: EffectEnd, flight: Flight): EffectEnd {
  const { outcome, facts } = end;
  const revoked = flight.revoked();
  if (revoked === null) return end;
  const more = { ...facts, revoked: revoked.kind };
  if (outcome.kind !== "refused" || outcome.code !== "cancelled") return { ...end, facts: more };
  const message = `the ${revoked.kind} that it rests on was revoked before anything was sent`;
  return { ...endedAs("refused", { code: "revoked", message }), facts: more };
}

/** When that fails, somebody is asked once more than need be. */
async function noteDestination({ destinations, clock, log }: GateParts, matter: Matter, end: EffectEnd): Promise<void> {
  const first = matter.judged?.first ?? null;
  if (first === null || end.outcome.kind !== "done") return;
  try {
    await destinations.note(matter.call, first, clock.nowMs());
  } catch (error) {
    log(`that run ${matter.call.run} has reached a destination for the first time could not be noted`, error);
  }
}

/** A connection that was in trouble, and has answered: when noting it fails, it is shown in trouble until the next effect. */
async function noteReached({ connections, log }: GateParts, { call, connection }: Matter, end: EffectEnd) {
  if (end.outcome.kind !== "done" || connection === null || connection.errorCode === null) return;
  try {
    await connections.reached?.(call, connection.id);
  } catch (error) {
    log(`that the connection ${connection.slug} has answered could not be noted`, error);
  }
}

function ended({ outcome }: EffectEnd, audit: Ended["audit"]): Ended {
  return { outcome, audit, settle: [], usage: null };
}

function fateOf({ outcome }: Ended): Fate {
  if (outcome.kind === "done" || outcome.kind === "unknown") return outcome.kind;
  return "stopped";
}
