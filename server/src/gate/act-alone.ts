/**
 * An effect of a project that no run of it asks for: judged by its grants, limits and budgets like any other, as the
 * principal of its cause, and written into its audit before the first byte and after the last.
 * A1 Its intent, with what it reserves, is committed before it begins (R5); its outcome is committed before it is told.
 * A2 Nobody is asked about it: what a rule wants a person's word for is refused, else an approval would wait for another.
 * A3 A repetition after a crash has the name of the first sending, and so finds what that one reserved.
 */
import type { AuditEntry } from "../core/audit-entry.ts";
import { parseId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { CapReservation, EffectCall, Ended, Gate, Intended, Settlement } from "../core/ports/gate.ts";
import type { EffectOutcome, EffectRequest } from "../core/step-kind.ts";
import { appendActs } from "../store/append-acts.ts";
import { noteOutboundEffects } from "../store/outbound-effects.ts";
import { lockCounters, settleReservations, takeReservations } from "../store/reservations.ts";
import { inScope, type Scope } from "../store/scope.ts";

export interface ActAloneParts {
  readonly gate: () => Gate;
  readonly database: Database;
  readonly clock: Clock;
}

export interface LoneEffect {
  readonly scope: Scope;
  readonly cause: NonNullable<EffectCall["cause"]>;
  /** Tells it apart from the others of the effect within which it is done; the same at every repetition. */
  readonly name: string;
  readonly effect: Pick<EffectRequest, "action" | "arguments" | "repeat"> & { readonly connection: string };
}

/** @param within the effect of the installation's own run on whose time it is done, and with which it ends */
export async function actAlone(parts: ActAloneParts, within: EffectCall, alone: LoneEffect): Promise<EffectOutcome> {
  const { scope, cause, effect } = alone;
  const wish = nameOf(within, alone);
  let held: readonly CapReservation[] = [];
  const performed = await parts.gate().perform({
    ...within,
    ...scope,
    flow: "",
    cause,
    effect: { ...effect, credential: null, timeoutMs: within.effect.timeoutMs },
    starter: null,
    tainted: false,
    // It is the rule that says where, not what a run has read.
    written: { arguments: effect.arguments },
    approval: null,
    idempotencyKey: null,
    intend: ({ audit, reservations }) =>
      inScope(parts.database, scope, async (tx) => {
        held = reservations;
        const taken = await take(parts, tx, scope, wish, reservations);
        await write(parts, tx, scope, audit);
        return { ...taken, approved: true };
      }),
    reserve: (reservations) => inScope(parts.database, scope, (tx) => take(parts, tx, scope, wish, reservations)),
  });
  if ("held" in performed) {
    await inScope(parts.database, scope, (tx) => write(parts, tx, scope, performed.audit));
    const message = `${effect.action} would need an approval itself: give ${cause.principal} a grant without one`;
    return { kind: "refused", code: "not_granted", message };
  }
  await conclude(parts, scope, wish, held, performed);
  return performed.outcome;
}

interface Wish {
  readonly run: string;
  readonly effect: string;
}

function nameOf(within: EffectCall, { name }: LoneEffect): Wish {
  const run = parseId("run", within.run);
  invariant(run !== null, `${within.run} is the id of no run`);
  return { run, effect: [within.step, within.path.join("."), within.attempt, name].join(" ") };
}

async function take(
  { clock }: ActAloneParts,
  tx: Transaction,
  scope: Scope,
  wish: Wish,
  reservations: readonly CapReservation[],
): Promise<Pick<Intended, "reserved" | "cap">> {
  if (reservations.length === 0) return { reserved: "granted", cap: null };
  const atMs = clock.nowMs();
  for (const statement of lockCounters(scope.organization, reservations, atMs)) await tx.query(statement);
  const { rows } = await tx.query(takeReservations(scope, [{ ...wish, reservations }], atMs));
  const [answer] = rows;
  invariant(answer !== undefined, "what was asked of the counters is answered");
  return { reserved: answer.reserved, cap: answer.cap };
}

async function conclude(
  parts: ActAloneParts,
  scope: Scope,
  wish: Wish,
  held: readonly CapReservation[],
  { audit, settle }: Ended,
): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    const settled = settle.flatMap((one) => counterOf(one, held));
    if (settled.length > 0) {
      const atMs = parts.clock.nowMs();
      for (const statement of lockCounters(scope.organization, settled, atMs)) await tx.query(statement);
      await tx.query(
        settleReservations(
          scope,
          settle.map((one) => ({ ...wish, ...one })),
          atMs,
        ),
      );
    }
    await write(parts, tx, scope, audit);
  });
}

function counterOf({ cap }: Settlement, held: readonly CapReservation[]) {
  const found = held.find((one) => one.cap === cap);
  return found === undefined ? [] : [{ cap, periodKey: found.periodKey }];
}

async function write({ clock }: ActAloneParts, tx: Transaction, scope: Scope, audit: readonly AuditEntry[]) {
  for (const statement of noteOutboundEffects(scope, audit)) await tx.query(statement);
  await appendActs(tx, scope.organization, audit, clock.nowMs());
}
