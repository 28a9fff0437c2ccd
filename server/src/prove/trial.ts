/**
 * A trial: the gate as it stands (its checks, what is in force, its words, its secrets), with a counterpart of the
 * proof's own in the place of the network. What is tried in it can't reach anybody.
 */
import type { Connector, Receipt } from "@steward/sdk";
import type { Gate } from "../core/ports/gate.ts";
import type { Scope } from "../store/scope.ts";

export interface TrialRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TrialAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TrialSetting {
  /** What there is to connect; nothing else is. */
  readonly connector: Connector;
  /** Names that lead to the counterpart; no other leads anywhere. */
  readonly names: readonly string[];
  /** What the counterpart answers; null is never. */
  readonly answer: (request: TrialRequest) => TrialAnswer | null;
}

export interface Trial {
  readonly gate: Gate;
  /** As what a consent gives is kept, for the connection of that UUID. */
  seal(
    scope: Scope,
    connection: string,
    tokens: { readonly access: string; readonly refresh: string | null },
  ): Promise<Buffer>;
  /** That something in force has changed: settles when every process judges by what is now. */
  changed(scope: Scope): Promise<void>;
  /** As the product disconnects; nothing asks the provider to revoke before `gate` is given that effect. */
  disconnect(scope: Scope, by: string, slug: string): Promise<Receipt>;
  /** When the counterpart got its last byte; null before the first. */
  lastByteMs(): number | null;
  /** Connections to the counterpart that stand. */
  open(): number;
}

/** Opens a trial for the time of `act`. */
export type WithTrial = <T>(setting: TrialSetting, act: (trial: Trial) => Promise<T>) => Promise<T>;
