/** The form of a grant or limit as lines that can be judged: compiled once when a project's policy is read. */
import type { ActionClass, ApprovalRule, GrantForm, GrantLine, LimitForm, Period } from "@steward/sdk";
import { toMicro } from "./caps.ts";
import { compileCondition, type CompiledCondition } from "./condition.ts";
import type { ConnectionRef, Level, LineRef } from "./decision.ts";

/** A grant as the store keeps it; only those in force are given. */
export interface StoredGrant {
  readonly id: string;
  readonly version: number;
  /** When the first version was made: the oldest grant that covers an effect decides. */
  readonly createdMs: number;
  /** `member:<acc_…>` of who gave this version; null when that was no person. */
  readonly granter: string | null;
  readonly form: GrantForm;
}

export interface StoredLimit extends Omit<StoredGrant, "form"> {
  readonly level: Extract<Level, "organization" | "project">;
  readonly form: LimitForm;
}

export interface CompiledLine {
  readonly ref: LineRef;
  readonly granter: string | null;
  readonly covers: (action: string, actionClass: ActionClass) => boolean;
  /** Action ids named in full; null when a pattern or class is among the actions. */
  readonly named: readonly string[] | null;
  readonly actions: readonly string[];
  readonly conditions: readonly CompiledCondition[];
  /** One for each period, the strictest. */
  readonly rates: readonly { readonly period: Period; readonly max: bigint }[];
  /** One for each period and currency, the strictest. */
  readonly money: readonly { readonly period: Period; readonly currency: string; readonly max: bigint }[];
  readonly approval: ApprovalRule | null;
}

export interface CompiledGrant {
  readonly to: string;
  readonly connection: ConnectionRef | null;
  readonly createdMs: number;
  readonly id: string;
  /** From this moment on, up to but not at `untilMs`. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly lines: readonly CompiledLine[];
}

export interface CompiledLimit {
  /** Null binds everyone. */
  readonly on: string | null;
  /** Null binds whatever is done. */
  readonly connection: ConnectionRef | null;
  readonly level: StoredLimit["level"];
  readonly createdMs: number;
  readonly id: string;
  readonly deny: boolean;
  readonly lines: readonly CompiledLine[];
}

/** Never throws for a form that its schema let through: what can't be understood in it covers nothing. */
export function compileGrant(grant: StoredGrant): CompiledGrant {
  const { form, createdMs, id } = grant;
  return {
    to: form.to,
    connection: connectionOf(form),
    createdMs,
    id,
    fromMs: form.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(form.from),
    untilMs: form.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(form.until),
    lines: form.lines.map((line, at) => compileLine(line, { ...refOf("grant", grant), line: at }, grant.granter)),
  };
}

export function compileLimit(limit: StoredLimit): CompiledLimit {
  const { form, level, createdMs, id } = limit;
  return {
    on: form.on === undefined || form.on === "project" ? null : form.on,
    connection: connectionOf(form),
    level,
    createdMs,
    id,
    deny: form.deny,
    lines: form.lines.map((line, at) => compileLine(line, { ...refOf("limit", limit), line: at }, limit.granter)),
  };
}

function refOf(kind: LineRef["kind"], { id, version }: { readonly id: string; readonly version: number }) {
  return { kind, id, version };
}

/** What a form is about; null when it names neither. */
export function connectionOf(form: Pick<LimitForm, "connection" | "credential">): ConnectionRef | null {
  if (form.connection !== undefined) return { kind: "connection", slug: form.connection };
  return form.credential === undefined ? null : { kind: "credential", slug: form.credential };
}

function compileLine(line: GrantLine, ref: LineRef, granter: string | null): CompiledLine {
  return {
    ref,
    granter,
    covers: (action, actionClass) => line.actions.some((pattern) => covers(pattern, action, actionClass)),
    named: line.actions.every(isNamed) ? line.actions : null,
    actions: line.actions,
    conditions: line.when.map(compileCondition),
    rates: strictest(line.rate.map(({ times, per }) => ({ key: per, period: per, max: BigInt(times) }))).map(
      ({ period, max }) => ({ period, max }),
    ),
    money: strictest(
      line.money.map(({ amount, currency, per }) => ({
        key: `${per} ${currency}`,
        period: per,
        currency,
        max: toMicro(amount),
      })),
    ).map(({ period, currency, max }) => ({ period, currency, max })),
    approval: line.approval ?? null,
  };
}

function isNamed(pattern: string): boolean {
  return pattern.includes(".") && !pattern.endsWith(".*");
}

/** Whether a pattern of a grant (`gmail.send`, `gmail.*`, `*`, `read`) covers an action. */
export function covers(pattern: string, action: string, actionClass: ActionClass): boolean {
  if (pattern === "*" || pattern === action || pattern === actionClass) return true;
  return pattern.endsWith(".*") && action.startsWith(pattern.slice(0, -1));
}

function strictest<Cap extends { readonly key: string; readonly max: bigint }>(caps: readonly Cap[]): readonly Cap[] {
  const byKey = new Map<string, Cap>();
  for (const cap of caps) {
    const other = byKey.get(cap.key);
    if (other === undefined || cap.max < other.max) byKey.set(cap.key, cap);
  }
  return [...byKey.values()];
}
