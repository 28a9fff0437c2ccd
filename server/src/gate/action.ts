import type { AuditEntry } from "../core/audit-entry.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { EffectAction, EffectOutcome } from "../core/step-kind.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { EffectErrorCode } from "./effect-errors.ts";

/**
 * What one action is to the gate (`http.request`, `mail.send`, …): a file of this shape for each; HTTP is always
 * there, the others are built in `app.ts` and given to `createGate` in `actions`, by name. To add one: a word in
 * `EffectAction`, a file here (copy `send-mail.ts`, the smallest), a line in `app.ts`, its codes in `EFFECT_ERRORS`, and
 * a step kind that asks for it.
 *
 * The gate calls in this order, and does the rest itself (keys, the named credential, digest, audit, cancellation):
 *
 * 1. `gather`, together with the loading of keys and credential: reads the arguments once into what the others look at,
 *    the *subject*. It may ask the store; it touches nothing outside and changes nothing, for nothing is decided yet.
 *    What is wrong with arguments that a flow can shape belongs into the subject and is refused by a check; a throw is a
 *    bug (`invariant`) or a store that does not answer, and gives the run back.
 * 2. the gate's own checks, then `checks`, in order, until one refuses. They may ask the store, nothing else.
 * 3. the intent is committed, with `facts` and `intentFacts` in its audit entry; then cancellation is judged again.
 * 4. `perform`, once. Only here are secrets opened, and only here may anything leave. It keeps these rules:
 *    - it asks `judgeCancelled(matter.call)` synchronously just before the first byte (or statement) leaves, and gives
 *      that refusal when there is one (E2); it stops on `call.signal` and within `call.effect.timeoutMs`;
 *    - it settles once, and rejects for a bug only: what the outside does is data. `refused`: nothing left and another
 *      attempt would be refused too; `failed`: known, provably not done or done with an error, a retry policy may cover
 *      it; `unknown`: it may have happened and no complete answer was read, by crash, timeout, reset and abort alike;
 *    - nothing of a secret is in `outcome` or `facts` (E3), and nothing of the content is in `facts` (G1).
 *
 * After a crash between intent and outcome the engine asks the gate for the same effect again only where
 * `effect.repeat` or the step's `ifUnknown` says so: all of the above is then done anew, nothing is remembered.
 */
export interface ActionPerformer<Subject = unknown> {
  gather(call: EffectCall): Subject | Promise<Subject>;
  readonly checks: readonly Check<Subject>[];
  /** Of every audit entry: where the effect goes. Ids, hosts, codes and counts only. `host` is null where there is none. */
  facts(subject: Subject): AuditFacts & { readonly host: string | null };
  /** Of the intent's entry beside these. */
  intentFacts(subject: Subject): AuditFacts;
  perform(matter: Matter<Subject>): Promise<EffectEnd>;
}

/** By the word in `effect.action`. An effect of an action that is not here is refused as `action_unavailable`. */
export type Actions = Readonly<Partial<Record<EffectAction, ActionPerformer>>>;

/** An effect with all that the checks look at, gathered once, before the first of them. */
export interface Matter<Subject = unknown> {
  readonly call: EffectCall;
  /** What the action's `gather` gave. */
  readonly subject: Subject;
  /** The credential that the effect names; null when it names none, or one that does not exist. */
  readonly credential: CredentialRow | null;
  /** Of the project whose run asks. */
  readonly keys: ProjectKeys;
  /** Which effect this is, to the byte (`digestEffect`): an approval is bound to it, the audit keeps it. */
  readonly digest: string;
}

export interface Check<Subject = unknown> {
  /** As it stands in the audit. */
  readonly name: string;
  /** Null lets the effect pass. It stands alone: it refuses what it can't judge. */
  judge(matter: Matter<Subject>): EffectRefusal | null | Promise<EffectRefusal | null>;
}

/** Why an effect does not happen: for the step that asked, without content. */
export interface EffectRefusal {
  readonly code: EffectErrorCode;
  readonly message: string;
}

export type AuditFacts = AuditEntry["facts"];

/** How an effect ended: what the step gets, and what the audit says beside the outcome's kind and code. */
export interface EffectEnd {
  readonly outcome: EffectOutcome;
  readonly facts: AuditFacts;
}

/** An effect that ended without a result. */
export function endedAs(kind: "refused" | "failed" | "unknown", { code, message }: EffectRefusal): EffectEnd {
  return { outcome: { kind, code, message }, facts: {} };
}
