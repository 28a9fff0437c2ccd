import type { ActionClass } from "@steward/sdk";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { JsonObject } from "../core/json.ts";
import type { Estimate } from "../core/policy/decision.ts";
import type { EffectCall, EffectUsage } from "../core/ports/gate.ts";
import type { EffectAction, EffectOutcome, EffectRequest } from "../core/step-kind.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionRow } from "../store/connections.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { EffectErrorCode } from "./effect-errors.ts";
import type { Judged } from "./judge-effect.ts";

/**
 * What one action is to the gate (`http.request`, `mail.send`, …): a file of this shape for each; HTTP is always
 * there, the others are built in `build.ts` and given to `createGate` in `actions`, by name; `connector.call` performs
 * whatever has no file of its own and names a connection. To add one: a file here (copy `query-database.ts`, the
 * smallest), a line in `build.ts`, its codes in `EFFECT_ERRORS`, and a step kind that asks for it.
 *
 * The gate calls in this order, and does the rest itself (keys, the named connection and credential, grants and limits,
 * reservations, approval, digest, audit, cancellation):
 *
 * 1. `gather`, together with the loading of keys, connection and credential: reads the arguments once into what the others
 *    look at, the *subject*. It may ask the store; it touches nothing outside and changes nothing, for nothing is decided
 *    yet. What is wrong with arguments that a flow can shape belongs into the subject and is refused by a check; a throw
 *    is a bug (`invariant`) or a store that does not answer, and gives the run back.
 * 2. `act`: what grants and limits see of it, and what it will cost at most.
 * 3. the gate's own checks, with `usable` among them, then `checks`, in order, until one refuses. They may ask the store, nothing else.
 * 4. the intent is committed, with `facts` and `intentFacts` in its audit entry; then cancellation is judged again.
 * 5. `perform`, once. Only here are secrets opened, and only here may anything leave. It keeps these rules:
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
  /**
   * Left out by what only the installation itself does, which no grant is about. Null when the arguments can't be read:
   * then one of `usable` or `checks` must refuse.
   */
  act?(subject: Subject, call: EffectCall, connection: ConnectionRow | null): Act | null;
  /** Whether it can be done at all with the connection or credential that it names: judged before any grant is. */
  readonly usable?: readonly Check<Subject>[];
  /** What else it must pass. */
  readonly checks: readonly Check<Subject>[];
  /** Of every audit entry: where the effect goes. Ids, hosts, codes and counts only. `host` is null where there is none. */
  facts(subject: Subject, connection: ConnectionRow | null): AuditFacts & { readonly host: string | null };
  /**
   * Whether an effect may be sent again though unknown, where its step could not know: of an action that its project has
   * imported. Left out, what the step has said counts.
   */
  repeats?(subject: Subject): EffectRequest["repeat"] | null;
  /** Of the intent's entry beside these. */
  intentFacts(subject: Subject): AuditFacts;
  perform(matter: Matter<Subject>): Promise<EffectEnd>;
}

/** What is done, as grants and limits see it. */
export interface Act {
  readonly class: ActionClass;
  /** The fields that say where it goes. */
  readonly destination: readonly string[];
  /** Which of them are literal in the published version (`literalFields`). */
  readonly literal: ReadonlySet<string>;
  /** Canonical. */
  readonly arguments: JsonObject;
  /** At most; null when it costs nothing. */
  readonly estimate: Estimate | null;
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
  /** The connection that the effect names; null when it names none, or one that does not exist. */
  readonly connection: ConnectionRow | null;
  /** Monotonic, from before its rows were asked for. */
  readonly readAtMs: number;
  /** Of the project whose run asks. */
  readonly keys: ProjectKeys;
  /** What grants and limits say of it; null for what they are not about. */
  readonly judged: Judged | null;
  /** Which effect this is, to the byte (`digestEffect`): an approval is bound to it, the audit keeps it. 32 bytes. */
  readonly digest: Buffer;
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
  /** Of a failure: it was done all the same, or may have been, so that it counts. By default it was not. */
  readonly happened?: boolean;
  /** What it has really cost, where somebody knows; what was reserved counts where nobody does. */
  readonly usage?: EffectUsage;
}

/** An effect that ended without a result. */
export function endedAs(kind: "refused" | "failed" | "unknown", { code, message }: EffectRefusal): EffectEnd {
  return { outcome: { kind, code, message }, facts: {} };
}
