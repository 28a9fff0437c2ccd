/** A grant or limit as English sentences, one a line: what people agree to, with the names they know. */
import type { ApprovalRule, GrantForm, GrantLine, LimitForm, Period } from "@steward/sdk";
import { microText, toMicro } from "./caps.ts";
import { connectionOf } from "./compile-grant.ts";
import { conditionWords, formText, listWords, numberWords } from "./condition-words.ts";
import { type ConnectionRef, quoteValue } from "./decision.ts";

/** Names as people know them; null where there is none, and the form's own text stands. They are text, never markup. */
export interface Names {
  /** Of `flow:refund-mail`: `Refund mail`. */
  principal(principal: string): string | null;
  /** `ann@example.com (Gmail)` */
  connection(connection: ConnectionRef): string | null;
  /** Of `gmail.send`: `send mail`, so that it stands behind "may". */
  action(pattern: string): string | null;
  /** Of `role:owner`: `an owner`; of a member: their name; of `granter`: who gave it. */
  approver(approver: string): string | null;
  /** Dates are days of this zone. */
  readonly timeZone: string;
}

const PERIODS: Readonly<Record<Period, string>> = {
  run: "in each run",
  hour: "an hour",
  day: "a day",
  month: "a month",
  total: "in all",
};

/** `Refund mail may send mail with ann@example.org to example.com, at most 20 times a day, until 1 March 2027.` */
export function grantSentences(form: GrantForm, names: Names): readonly string[] {
  return form.lines.map((line) => {
    const who = principalName(form.to, names);
    const may = `${who} may ${actionsWords(line, names)} with ${connectionName(form, names)}${toWords(line)}`;
    return finish([may, ...boundsWords(line), ...validityWords(form, names)], line.approval, names);
  });
}

/** `Everyone may send mail only to example.com, at most 50 times a day.` */
export function limitSentences(form: LimitForm, names: Names): readonly string[] {
  const who = form.on === undefined || form.on === "project" ? null : principalName(form.on, names);
  const about = connectionOf(form) === null ? "" : ` with ${connectionName(form, names)}`;
  return form.lines.map((line) => {
    const what = `${actionsWords(line, names)}${about}`;
    if (form.deny) {
      const may = `${who ?? "Nobody"} may ${who === null ? "" : "not "}${what}${toWords(line)}`;
      return finish([may, ...deniedWords(line)]);
    }
    const [to, conditions] = [toWords(line), conditionsWords(line)];
    const only = `${to === "" ? "" : ` only${to}`}${conditions === "" ? "" : ` only if ${conditions}`}`;
    return finish([`${who ?? "Everyone"} may ${what}${only}`, ...capsWords(line)], line.approval, names);
  });
}

function finish(parts: readonly string[], approval?: ApprovalRule, names?: Names): string {
  const first = parts.join(", ");
  const sentence = approval && names ? `${first}; ${approvalWords(approval, names)}` : first;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

export function principalName(principal: string, names: Names): string {
  const name = names.principal(principal);
  if (name !== null) return quoteValue(name);
  if (principal === "approvals") return "what asks for approval";
  return principal === "project" ? "every flow of the project" : formText(principal);
}

export function connectionName(form: Pick<LimitForm, "connection" | "credential">, names: Names): string {
  const connection = connectionOf(form);
  if (connection === null) return "anything";
  return quoteValue(names.connection(connection) ?? `the ${connection.kind} ${connection.slug}`);
}

export function actionName(pattern: string, names: Names): string {
  const name = names.action(pattern);
  if (name !== null) return quoteValue(name);
  if (pattern === "*") return "do anything";
  if (pattern === "read" || pattern === "write" || pattern === "delete") return pattern;
  return pattern.endsWith(".*") ? `do anything of ${pattern.slice(0, -2)}` : `do ${pattern}`;
}

function actionsWords({ actions }: GrantLine, names: Names): string {
  return listWords(
    actions.map((pattern) => actionName(pattern, names)),
    "and",
  );
}

/** Conditions on `to` that read as words of their own: ` to example.com`. */
function toWords({ when }: GrantLine): string {
  const places = when.filter(saysWhereTo).map((condition) => {
    const texts = "domains" in condition ? condition.domains : condition.in;
    return ` to ${listWords(texts.map(formText), "or")}`;
  });
  return places.join(" and");
}

function saysWhereTo(
  condition: GrantLine["when"][number],
): condition is Extract<GrantLine["when"][number], { domains: string[] } | { in: string[] }> {
  return condition.field === "to" && !("ifGiven" in condition) && ("domains" in condition || "in" in condition);
}

function conditionsWords({ when }: GrantLine): string {
  return when
    .filter((condition) => !saysWhereTo(condition))
    .map((condition) => {
      const given = "ifGiven" in condition ? ", where given," : "";
      return `${condition.field}${given} ${conditionWords(condition)}`;
    })
    .join(" and ");
}

function deniedWords(line: GrantLine): readonly string[] {
  const conditions = conditionsWords(line);
  return conditions === "" ? [] : [`if any ${conditions}`];
}

function boundsWords(line: GrantLine): readonly string[] {
  const conditions = conditionsWords(line);
  return [...(conditions === "" ? [] : [`if ${conditions}`]), ...capsWords(line)];
}

function capsWords({ rate, money }: GrantLine): readonly string[] {
  return [...rate.map(rateWords), ...money.map(moneyWords)];
}

export function rateWords({ times, per }: GrantLine["rate"][number]): string {
  return `at most ${times === 1 ? "once" : `${numberWords(times)} times`} ${PERIODS[per]}`;
}

export function moneyWords({ amount, currency, per }: GrantLine["money"][number]): string {
  return `for at most ${microText(toMicro(amount))} ${currency} ${PERIODS[per]}`;
}

export function validityWords({ from, until }: Pick<GrantForm, "from" | "until">, names: Names): readonly string[] {
  return [
    ...(from === undefined ? [] : [`from ${momentWords(from, names.timeZone)}`]),
    ...(until === undefined ? [] : [`until ${momentWords(until, names.timeZone)}`]),
  ];
}

/** `1 March 2027`, with the time of day where it is not midnight. */
function momentWords(moment: string, timeZone: string): string {
  const ms = Date.parse(moment);
  const day = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "long" }).format(ms);
  const time = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "short", hourCycle: "h23" }).format(ms);
  return time === "00:00" ? day : `${day}, ${time}`;
}

/** `above 1,000 EUR an owner must approve` */
export function approvalWords(rule: ApprovalRule, names: Names): string {
  const people = listWords(
    rule.by.map((one) => approverName(one, names)),
    "or",
  );
  const who = rule.quorum === 1 ? people : `${rule.quorum} people of ${people}`;
  const hours = rule.expiresHours === 72 ? "" : ` within ${hoursWords(rule.expiresHours)}`;
  const later = rule.escalate
    ? `, after ${hoursWords(rule.escalate.afterHours)} also ${listWords(
        rule.escalate.to.map((one) => approverName(one, names)),
        "or",
      )}`
    : "";
  const where = rule.slack ? `, asked in ${quoteValue(rule.slack.channel)} of ${rule.slack.connection}` : "";
  return `${whenWords(rule)} ${who} must approve${hours}${later}${where}`;
}

function whenWords({ when, field, currency, above = 0 }: ApprovalRule): string {
  if (when === "always") return "each time";
  if (when === "first") return "the first time to each destination";
  if (when === "tainted") return "where the run has read what others wrote,";
  const amount = numberWords(above);
  return field === undefined ? `above a cost of ${amount} ${currency}` : `where ${field} is above ${amount},`;
}

function hoursWords(hours: number): string {
  if (hours >= 48 && hours % 24 === 0) return `${hours / 24} days`;
  return hours === 1 ? "an hour" : `${numberWords(hours)} hours`;
}

export function approverName(approver: string, names: Names): string {
  const name = names.approver(approver);
  if (name !== null) return quoteValue(name);
  return approver === "granter" ? "whoever gave it" : approver.replace(/^role:/, "somebody with the role ");
}
