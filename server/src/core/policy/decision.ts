/** What is asked of the policy, and what it answers. Data only: the gate acts on it, the simulator shows it. */
import type { ActionClass, Period, SlackPlace } from "@steward/sdk";
import type { Json, JsonObject } from "../json.ts";
import type { Unit } from "./caps.ts";

/** What an effect is done with: a connection, or a credential of the `http` step. */
export interface ConnectionRef {
  readonly kind: "connection" | "credential";
  readonly slug: string;
}

/** What an effect will cost at most. Null money: it costs something and nobody knows how much. */
export interface Estimate {
  readonly micro: bigint | null;
  readonly currency: string;
  readonly tokens: number;
}

export interface PolicyRequest {
  /** Whose grants count: `flow:refund-mail` and `project`, for instance. */
  readonly principals: readonly string[];
  /** Who else's limits bind it, beside theirs: the member who started the run. */
  readonly boundAs?: readonly string[];
  readonly connection: ConnectionRef | null;
  /** `gmail.send` */
  readonly action: string;
  readonly class: ActionClass;
  /** The action's fields that say where it goes. */
  readonly destination: readonly string[];
  /** Canonical: validated, defaults filled in (`plainArguments`). */
  readonly arguments: JsonObject;
  /** Which of `destination` are literal in the published version (`literalFields`). */
  readonly literal: ReadonlySet<string>;
  /** Whether the run has read what others can write (`taint.ts`). */
  readonly tainted: boolean;
  /** Whether one of the principals has done this action to this destination before (`destinationKey`). */
  readonly known: boolean;
  /** Null when it costs nothing. */
  readonly estimate: Estimate | null;
}

/** One line of a grant or limit, as it stood when it was asked. */
export interface LineRef {
  readonly kind: "grant" | "limit";
  readonly id: string;
  readonly version: number;
  /** From 0. */
  readonly line: number;
}

/** What must be taken from a counter before the effect, all or nothing; settled after it. */
export interface Reservation {
  readonly level: Level;
  /** Names the cap: kind, id and line, whatever the version, so that a change of the line doesn't begin to count anew. */
  readonly cap: string;
  readonly unit: Unit;
  readonly period: Period;
  readonly amount: bigint;
  readonly max: bigint;
}

/** In the order in which counters are locked. */
export const LEVELS = ["organization", "project", "member", "agent", "flow", "grant", "run"] as const;
export type Level = (typeof LEVELS)[number];

/** `role:<name>`, `member:<acc_…>`, or `may_grant`: whoever may make grants in the project. */
export type Approvers = readonly string[];
export const MAY_GRANT = "may_grant";

/** People of whom `quorum` different ones must agree. */
export interface Party {
  /** In the order of their texts. */
  readonly by: Approvers;
  readonly quorum: number;
  readonly remindHours: number | null;
  readonly escalate: { readonly afterHours: number; readonly to: Approvers } | null;
  /** Where else they are asked; left out where no rule says. */
  readonly slack?: readonly SlackPlace[];
}

/** Why a person is asked; `destination` when a tainted run would decide where the effect goes. */
export interface ApprovalReason {
  readonly kind: "always" | "above" | "first" | "tainted" | "destination";
  readonly field: string | null;
  readonly of: LineRef;
}

/** Approved when every party agrees; one person may speak for several. */
export interface ApprovalNeeded {
  readonly parties: readonly Party[];
  readonly expiresHours: number;
  readonly reasons: readonly ApprovalReason[];
}

/** What kept a line from covering the effect. */
export interface Obstacle {
  readonly kind: "action" | "not_yet" | "ended" | "condition" | "price";
  /** Of the line's `when`; null when it is no condition. */
  readonly condition: number | null;
  readonly field: string | null;
  /** For people who may see the arguments: "to: bob@evil.com is not in example.com". */
  readonly message: string;
}

export type RefusalCode = "not_granted" | "limit_refused" | "price_unknown";

export type Decision =
  | {
      readonly kind: "allowed";
      /** Null for an effect that needs no grant. */
      readonly by: LineRef | null;
      readonly limits: readonly LineRef[];
      /** In the order in which counters are locked. */
      readonly reservations: readonly Reservation[];
      /** Null when nobody has to be asked. */
      readonly approval: ApprovalNeeded | null;
    }
  | {
      readonly kind: "refused";
      readonly code: RefusalCode;
      /** The limit's line that refused, or the grant's that came nearest; null when there is none. */
      readonly line: LineRef | null;
      readonly obstacles: readonly Obstacle[];
      /** One sentence for people who may see the arguments. */
      readonly message: string;
    };

/** A value as it is quoted in a message: short, on one line, nothing in it that hides or reorders text. */
export function quoteValue(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const plain = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return plain.length > 120 ? `${plain.slice(0, 119).toWellFormed()}…` : plain;
}
