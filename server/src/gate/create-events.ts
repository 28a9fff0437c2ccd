/** `EventGate`: each look at a trigger is an effect of no run, whose intent and outcome are audited by themselves. */
import { invariant } from "../core/invariant.ts";
import { showId, uuidBytes } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { EventAsk, EventEnd, EventGate, EventWork, Polled } from "../core/ports/events.ts";
import type { CapReservation, EffectCall, Gate, Intended, Performed } from "../core/ports/gate.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import { appendActs } from "../store/append-acts.ts";
import { noteOutboundEffects } from "../store/outbound-effects.ts";
import { listHeld, lockCounters, settleReservations, takeReservations } from "../store/reservations.ts";
import { inScope } from "../store/scope.ts";
import type { ActionPerformer } from "./action.ts";
import { EVENT_SECRET, type EventSubject, findTrigger, type AskForTriggerParts } from "./ask-for-trigger.ts";
import { CHECKS, decide } from "./checks.ts";
import type { GateParts } from "./gate-parts.ts";
import { gatherMatter } from "./matter.ts";
import { readDelivery } from "./read-delivery.ts";
import { signingSecret, slackTeam } from "./verify-slack.ts";

export interface EventParts {
  readonly gate: Gate;
  readonly judging: GateParts;
  readonly asks: ActionPerformer<EventSubject>;
  readonly connectors: AskForTriggerParts["connectors"];
  readonly database: Database;
  readonly ids: Ids;
}

/** Of all calls of one look; a claim lasts a minute. */
const TIMEOUT_MS = 45_000;
const SECRET_BYTES = 32;
/** Of policies that were read longer ago nobody is refused: they are read anew. */
const BELIEVED_MS = 100;

export function createEvents(parts: EventParts): EventGate {
  const { keysOf, clock } = parts.judging;
  return {
    async describe(place, event) {
      const { trigger } = await findTrigger(parts.connectors, place, event, {});
      if (trigger === null) return null;
      if (trigger.kind === "poll") return { kind: "poll", everySeconds: trigger.everySeconds };
      return { kind: "hook", signature: trigger.signature, byHand: trigger.byHand ?? null };
    },
    judge: (ask) => judge(parts, ask),
    async poll(ask, cursor) {
      const end = endOf(await perform(parts, ask, { does: "poll", cursor }), clock.nowMs());
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `readPolled` and `polledEnd` give
      return end.kind === "done" ? { kind: "done", value: end.value as unknown as Polled } : end;
    },
    async register(ask, hook) {
      return endOf(await perform(parts, ask, { does: "register", ...hook }), clock.nowMs());
    },
    async unregister(ask, hook) {
      const end = endOf(await perform(parts, ask, { does: "unregister", ...hook }), clock.nowMs());
      return end.kind === "done" ? { kind: "done", value: null } : end;
    },
    async makeSecret(place, trigger) {
      const keys = await keysOf(place);
      const plain = Buffer.from(Buffer.from(parts.ids.bytes(SECRET_BYTES)).toString("base64url"));
      const sealed = keys.seal("credential", EVENT_SECRET, uuidBytes(trigger), plain);
      plain.fill(0);
      return sealed;
    },
    signs: async (ask) => (await ownSecret(parts, ask)) !== null,
    async read(ask, secret, delivery) {
      const [found, keys, own] = await Promise.all([
        findTrigger(parts.connectors, ask, ask.event, ask.settings),
        keysOf(ask),
        secret === null ? ownSecret(parts, ask) : null,
      ]);
      return readDelivery(
        found,
        { keys, trigger: ask.trigger, secret, own: own && own.secret, team: own && own.team },
        delivery,
      );
    },
  };
}

/** What Slack signs with is its app's, and kept with the connection. */
async function ownSecret(
  { judging, database }: EventParts,
  { organization, project, event, connection: slug }: Parameters<EventGate["signs"]>[0],
): Promise<{ readonly secret: string; readonly team: string | null } | null> {
  const scope = { organization, project };
  const row = await judging.connections.find(scope, slug);
  if (row === null || row.status !== "active" || row.connector !== event.split(".")[0]) return null;
  const { keysOf, log } = judging;
  const secret = await signingSecret({ database, keysOf, log }, { ...scope, id: row.id }, row);
  if (secret === null) return null;
  return { secret, team: row.connector === "slack" ? slackTeam(await keysOf(scope), row) : null };
}

/** Counters that a look took from are settled in the transaction that notes its outcome; a look that died, by the next. */
async function perform(parts: EventParts, ask: EventAsk, work: EventWork): Promise<Performed> {
  const call = callOf(parts, ask, work);
  const performed = await parts.gate.perform(call);
  const { clock } = parts.judging;
  const settle = "held" in performed ? [] : performed.settle;
  if (performed.audit.length === 0 && settle.length === 0) return performed;
  await inScope(parts.database, ask, async (tx) => {
    const held = settle.length === 0 ? [] : await listHeld(tx, ask.project, ask.trigger);
    if (held.length > 0) {
      const atMs = clock.nowMs();
      const amounts = new Map(settle.map(({ cap, amount }) => [cap, amount]));
      for (const statement of lockCounters(ask.organization, held, atMs)) await tx.query(statement);
      const settlements = held.map((one) => ({ ...one, amount: amounts.get(one.cap) ?? null }));
      await tx.query(settleReservations(ask, settlements, atMs));
    }
    for (const statement of noteOutboundEffects(ask, performed.audit)) await tx.query(statement);
    await appendActs(tx, ask.organization, performed.audit, clock.nowMs());
  });
  return performed;
}

function callOf(parts: EventParts, ask: EventAsk, work: EventWork): EffectCall {
  const { organization, project, flow, isAgent = false, version, name, look, event, settings, connection } = ask;
  const [connector = "", trigger = ""] = event.split(".");
  return {
    organization,
    project,
    // A look is what a run is to others: budgets of a run are for one.
    run: `${showId("trg", ask.trigger)}.${look}`,
    flow,
    isAgent,
    version,
    step: name,
    path: [],
    attempt: attemptOf(look),
    effect: {
      action: `${connector}.${trigger}`,
      arguments: settings,
      class: "read",
      connection,
      credential: null,
      repeat: "safe",
      timeoutMs: TIMEOUT_MS,
    },
    starter: null,
    tainted: false,
    written: {},
    approval: null,
    idempotencyKey: null,
    event: { work, by: ask.by, stillMay: () => ask.stillMay() },
    signal: ask.signal,
    intend: ({ audit, reservations }) => intend(parts, ask, audit, reservations),
    reserve: (reservations) => intend(parts, ask, [], reservations),
    mayProceed: () => ask.mayProceed(),
  };
}

/** An attempt is kept as a 32-bit integer, and a look may be told apart by more than that holds: by the time, for one. */
const ATTEMPT_MAX = 2_147_483_647;

function attemptOf(look: number): number {
  return look <= ATTEMPT_MAX ? look : look % ATTEMPT_MAX;
}

/** The intent, and what it takes from counters. What a look before holds still counts as spent: it died, or goes on alone. */
async function intend(
  { database, judging: { clock } }: EventParts,
  ask: EventAsk,
  audit: Performed["audit"],
  reservations: readonly CapReservation[],
): Promise<Intended> {
  const atMs = clock.nowMs();
  return await inScope(database, ask, async (tx) => {
    const held = await listHeld(tx, ask.project, ask.trigger);
    for (const statement of lockCounters(ask.organization, [...held, ...reservations], atMs)) await tx.query(statement);
    if (held.length > 0)
      await tx.query(
        settleReservations(
          ask,
          held.map((one) => ({ ...one, amount: null })),
          atMs,
        ),
      );
    let answer: Intended = { reserved: "granted", cap: null, approved: true };
    if (reservations.length > 0) {
      const wish = { run: ask.trigger, effect: String(ask.look), reservations };
      const { rows } = await tx.query(takeReservations(ask, [wish], atMs));
      const [row] = rows;
      invariant(row !== undefined, "the database answers for each wish");
      answer = { reserved: row.reserved, cap: row.cap, approved: true };
    }
    for (const statement of noteOutboundEffects(ask, audit)) await tx.query(statement);
    await appendActs(tx, ask.organization, audit, atMs);
    return answer;
  });
}

const ASKS_A_PERSON = "its grant, or a limit, asks a person each time: give one for the event that asks nobody";

function endOf(performed: Performed, _nowMs: number): EventEnd<Json> {
  if ("held" in performed) return { kind: "refused", code: "not_granted", message: ASKS_A_PERSON };
  const { outcome } = performed;
  if (outcome.kind === "done") return { kind: "done", value: outcome.result };
  const { kind, code, message } = outcome;
  if (kind === "refused") return { kind, code, message };
  return { kind: "failed", code, message, afterMs: kind === "failed" ? (outcome.afterMs ?? null) : null };
}

async function judge(parts: EventParts, ask: EventAsk): Promise<Awaited<ReturnType<EventGate["judge"]>>> {
  // Nobody acts: whether this worker may is no matter.
  const call = { ...callOf(parts, ask, { does: "poll", cursor: null }), mayProceed: () => true };
  const { policies, clock } = parts.judging;
  for (let round = 1; ; round++) {
    const policy = await policies.get(call);
    const matter = await gatherMatter(parts.judging, parts.asks, call, policy);
    const { judged, connection } = matter;
    const checks = [CHECKS.first, parts.asks.usable ?? [], CHECKS.granted, parts.asks.checks].flat();
    const refused = await decide(checks, matter);
    const isOld = clock.monotonicMs() - policy.readAtMs >= BELIEVED_MS;
    if (round === 1 && judged?.decision.kind === "refused" && isOld) {
      policies.drop(call);
      continue;
    }
    if (refused !== null) return { kind: "refused", ...refused.refusal };
    invariant(connection !== null && judged?.decision.kind === "allowed", "a check has seen both");
    if (judged.decision.approval !== null) return { kind: "refused", code: "not_granted", message: ASKS_A_PERSON };
    return { kind: "done", value: { connection: connection.id } };
  }
}
