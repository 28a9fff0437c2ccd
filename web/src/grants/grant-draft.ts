/** A grant or limit as it is typed, and the same as the JSON that is sent. Pure. */
import type { ApprovalRule, Condition, GrantForm, GrantLine, LimitForm, Period } from "@steward/sdk";

export const CONDITION_KINDS = ["domains", "in", "prefix", "matches", "max", "min", "any"] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];
export const PERIODS = ["run", "hour", "day", "month", "total"] as const satisfies readonly Period[];
export const APPROVAL_WHENS = [
  "always",
  "above",
  "first",
  "tainted",
] as const satisfies readonly ApprovalRule["when"][];

export interface ConditionDraft {
  readonly field: string;
  readonly kind: ConditionKind;
  /** A text a line; of `max` and `min` a number. */
  readonly value: string;
  readonly ifGiven: boolean;
}
export interface RateDraft {
  readonly times: string;
  readonly per: Period;
}
export interface MoneyDraft {
  readonly amount: string;
  readonly currency: string;
  readonly per: Period;
}
export interface ApprovalDraft {
  readonly when: ApprovalRule["when"];
  readonly of: "field" | "cost";
  readonly field: string;
  readonly currency: string;
  readonly above: string;
  readonly by: readonly string[];
  readonly quorum: string;
  readonly expiresHours: string;
  readonly remindHours: string;
  readonly escalateHours: string;
  readonly escalateTo: readonly string[];
  /** Empty asks nowhere but where the grant to approvals says. */
  readonly slackConnection: string;
  readonly slackChannel: string;
  readonly slackArguments: boolean;
}
export interface LineDraft {
  readonly actions: readonly string[];
  readonly when: readonly ConditionDraft[];
  readonly rate: readonly RateDraft[];
  readonly money: readonly MoneyDraft[];
  readonly approval: ApprovalDraft | null;
}
export type Kind = "grant" | "limit";
export interface GrantDraft {
  readonly kind: Kind;
  /** A principal; empty binds everyone. */
  readonly who: string;
  /** `connection:<slug>`, `credential:<slug>`; empty is whatever is done. */
  readonly about: string;
  readonly deny: boolean;
  readonly lines: readonly LineDraft[];
  /** In the person's own zone, as `datetime-local` has it; empty without. */
  readonly from: string;
  readonly until: string;
  readonly note: string;
}

/** That of the built-in table of models’ prices: a cap in another refuses what has no price in it. */
export const CURRENCY = "USD";
export const EMPTY_LINE: LineDraft = { actions: [], when: [], rate: [], money: [], approval: null };
export const EMPTY_CONDITION: ConditionDraft = { field: "", kind: "in", value: "", ifGiven: false };
export const EMPTY_APPROVAL: ApprovalDraft = {
  when: "always",
  of: "field",
  field: "",
  currency: CURRENCY,
  above: "",
  by: ["granter"],
  quorum: "1",
  expiresHours: "72",
  remindHours: "",
  escalateHours: "",
  escalateTo: [],
  slackConnection: "",
  slackChannel: "",
  slackArguments: false,
};

export function emptyDraft(kind: Kind, about = ""): GrantDraft {
  const who = kind === "grant" ? "project" : "";
  return { kind, who, about, deny: false, lines: [EMPTY_LINE], from: "", until: "", note: "" };
}

export function draftOf(kind: Kind, form: GrantForm | LimitForm): GrantDraft {
  const about =
    form.connection !== undefined
      ? `connection:${form.connection}`
      : form.credential !== undefined
        ? `credential:${form.credential}`
        : "";
  return {
    kind,
    who: "to" in form ? form.to : (form.on ?? ""),
    about,
    deny: "deny" in form && form.deny,
    lines: form.lines.map(lineDraft),
    from: "from" in form ? localTime(form.from) : "",
    until: "until" in form ? localTime(form.until) : "",
    note: form.note,
  };
}

function lineDraft({ actions, when, rate, money, approval }: GrantLine): LineDraft {
  return {
    actions,
    when: when.map(conditionDraft),
    rate: rate.map(({ times, per }) => ({ times: String(times), per })),
    money: money.map(({ amount, currency, per }) => ({ amount: String(amount), currency, per })),
    approval: approval ? approvalDraft(approval) : null,
  };
}

function conditionDraft(condition: Condition): ConditionDraft {
  const kind = CONDITION_KINDS.find((one) => one in condition) ?? "any";
  const value = (condition as Readonly<Record<string, unknown>>)[kind];
  return {
    field: condition.field,
    kind,
    value: Array.isArray(value) ? value.join("\n") : kind === "any" ? "" : String(value),
    ifGiven: "ifGiven" in condition && condition.ifGiven === true,
  };
}

const orNothing = (value: number | undefined): string => (value === undefined ? "" : String(value));

function approvalDraft(rule: ApprovalRule): ApprovalDraft {
  return {
    when: rule.when,
    of: rule.currency === undefined ? "field" : "cost",
    field: rule.field ?? "",
    currency: rule.currency ?? EMPTY_APPROVAL.currency,
    above: orNothing(rule.above),
    by: rule.by,
    quorum: String(rule.quorum),
    expiresHours: String(rule.expiresHours),
    remindHours: orNothing(rule.remindHours),
    escalateHours: orNothing(rule.escalate?.afterHours),
    escalateTo: rule.escalate?.to ?? [],
    slackConnection: rule.slack?.connection ?? "",
    slackChannel: rule.slack?.channel ?? "",
    slackArguments: rule.slack?.arguments ?? false,
  };
}

/** As it is sent: what is wrong with it the server says, by the same names. */
export function formOf(draft: GrantDraft): Record<string, unknown> {
  const [about, slug] = splitAbout(draft.about);
  return {
    ...(draft.kind === "grant" ? { to: draft.who } : draft.who === "" ? {} : { on: draft.who }),
    ...(about === null ? {} : { [about]: slug }),
    lines: draft.lines.map((line) => lineOf(line, draft.deny)),
    ...(draft.kind === "limit" ? { deny: draft.deny } : {}),
    ...(draft.kind === "grant" && draft.from !== "" ? { from: momentOf(draft.from) } : {}),
    ...(draft.kind === "grant" && draft.until !== "" ? { until: momentOf(draft.until) } : {}),
    note: draft.note.trim(),
  };
}

export function splitAbout(about: string): readonly ["connection" | "credential", string] | readonly [null, ""] {
  if (about.startsWith("connection:")) return ["connection", about.slice("connection:".length)];
  return about.startsWith("credential:") ? ["credential", about.slice("credential:".length)] : [null, ""];
}

function lineOf({ actions, when, rate, money, approval }: LineDraft, deny: boolean): Record<string, unknown> {
  return {
    actions,
    when: when.map(conditionOf),
    rate: deny ? [] : rate.map(({ times, per }) => ({ times: numberOf(times), per })),
    money: deny ? [] : money.map((one) => ({ ...one, amount: numberOf(one.amount), currency: one.currency.trim() })),
    ...(approval === null || deny ? {} : { approval: approvalOf(approval) }),
  };
}

function conditionOf({ field, kind, value, ifGiven }: ConditionDraft): Record<string, unknown> {
  if (kind === "any") return { field, any: true };
  const given = kind === "max" || kind === "min" ? numberOf(value) : linesOf(value);
  return { field, ...(ifGiven ? { ifGiven: true } : {}), [kind]: given };
}

function approvalOf(draft: ApprovalDraft): Record<string, unknown> {
  const { when, of, field, currency, above, by, quorum, expiresHours, remindHours, escalateHours, escalateTo } = draft;
  return {
    when,
    ...(when === "above" && {
      above: numberOf(above),
      ...(of === "field" ? { field } : { currency: currency.trim() }),
    }),
    by,
    quorum: numberOf(quorum),
    expiresHours: numberOf(expiresHours),
    ...(remindHours.trim() === "" ? {} : { remindHours: numberOf(remindHours) }),
    ...(escalateHours.trim() === "" ? {} : { escalate: { afterHours: numberOf(escalateHours), to: escalateTo } }),
    ...(draft.slackConnection === "" ? {} : { slack: slackOf(draft) }),
  };
}

function slackOf({ slackConnection, slackChannel, slackArguments }: ApprovalDraft): Record<string, unknown> {
  return { connection: slackConnection, channel: slackChannel.trim(), arguments: slackArguments };
}

/** Null for what is no number: the server says what is wanted there. */
export function numberOf(text: string): number | null {
  const number = Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? null : number;
}

export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

const TWO = (part: number): string => String(part).padStart(2, "0");

/** `2026-11-21T10:42` in the person's own zone. */
export function localTime(moment: string | undefined): string {
  if (moment === undefined) return "";
  const at = new Date(moment);
  const day = `${at.getFullYear()}-${TWO(at.getMonth() + 1)}-${TWO(at.getDate())}`;
  const seconds = at.getSeconds() === 0 ? "" : `:${TWO(at.getSeconds())}`;
  return `${day}T${TWO(at.getHours())}:${TWO(at.getMinutes())}${seconds}`;
}

export function momentOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}
