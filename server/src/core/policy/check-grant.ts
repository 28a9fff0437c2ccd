/** What keeps a grant or limit from being written, beyond its schema: as data, each naming its field. */
import type { ActionClass, Condition, GrantForm, GrantLine, LimitForm } from "@steward/sdk";
import { type ActionFields, type FieldKind, kindsAt } from "./action-fields.ts";
import { covers } from "./compile-grant.ts";
import { readDomain } from "./condition.ts";
import { listWords } from "./condition-words.ts";
import { isUrl } from "./read-hosts.ts";
import { readPath } from "./read-path.ts";

/** As much of an action as a form is checked against. */
export interface ActionShape {
  /** `gmail.send` */
  readonly id: string;
  readonly class: ActionClass;
  readonly fields: ActionFields;
  readonly destination: readonly string[];
}

export interface GrantProblem {
  /** `lines[0].when[1].field` */
  readonly field: string;
  readonly message: string;
}

const PROBLEMS_MAX = 100;

/** @param actions those that the grant's connection has, or that a credential can be used for */
export function checkGrant(form: GrantForm, actions: readonly ActionShape[]): readonly GrantProblem[] {
  return checkLines(form.lines, actions, false);
}

/** @param actions those of its connection; of everything there is, when it names none */
export function checkLimit(form: LimitForm, actions: readonly ActionShape[]): readonly GrantProblem[] {
  return checkLines(form.lines, actions, form.deny);
}

function checkLines(
  lines: readonly GrantLine[],
  actions: readonly ActionShape[],
  denies: boolean,
): readonly GrantProblem[] {
  const problems: GrantProblem[] = [];
  for (const [at, line] of lines.entries()) {
    const report = (field: string, message: string): void => {
      if (problems.length < PROBLEMS_MAX) problems.push({ field: `lines[${at}].${field}`, message });
    };
    const covered = coveredBy(line, actions, report);
    for (const [index, condition] of line.when.entries()) {
      const place = `when[${index}]`;
      checkCondition(condition, (field, message) => report(`${place}.${field}`, message));
      checkField(condition.field, wantedBy(condition), covered, (message) => report(`${place}.field`, message));
      if (denies && "ifGiven" in condition)
        report(`${place}.ifGiven`, "what is refused altogether is refused where it is given: leave ifGiven out");
    }
    checkApproval(line, covered, report);
  }
  return problems;
}

type Report = (field: string, message: string) => void;

function coveredBy(line: GrantLine, actions: readonly ActionShape[], report: Report): readonly ActionShape[] {
  const all = new Set<ActionShape>();
  for (const [at, pattern] of line.actions.entries()) {
    const found = actions.filter((action) => covers(pattern, action.id, action.class));
    for (const action of found) all.add(action);
    if (found.length === 0) report(`actions[${at}]`, `there is no action "${pattern}" here: ${offered(actions)}`);
  }
  return [...all];
}

function offered(actions: readonly ActionShape[]): string {
  // An action whose class depends on its input is there once for each.
  const ids = [...new Set(actions.map(({ id }) => id))];
  if (ids.length === 0) return "it has no actions at all";
  return ids.length === 1 ? `use ${ids[0]}` : `use one of ${listWords(ids, "or")}, or a pattern of them`;
}

/** Every action that the line covers must have the field: of the others the condition would be a silent refusal. */
function checkField(
  field: string,
  wanted: FieldKind | null,
  covered: readonly ActionShape[],
  report: (message: string) => void,
): void {
  const without = covered.filter((action) => kindsAt(action.fields, field) === null);
  if (without.length > 0) {
    const names = listWords(
      without.map(({ id }) => id),
      "and",
    );
    report(`${names} ${without.length === 1 ? "has" : "have"} no field "${field}": name the actions that have it`);
  }
  if (wanted === null) return;
  const unfit = covered.find((action) => {
    const kinds = kindsAt(action.fields, field);
    return kinds !== null && !kinds.has(wanted) && !kinds.has("any");
  });
  if (unfit) report(`the field "${field}" of ${unfit.id} is never ${wanted === "text" ? "a text" : "a number"}`);
}

function wantedBy(condition: Condition): FieldKind | null {
  if ("max" in condition || "min" in condition) return "number";
  return "in" in condition || "any" in condition ? null : "text";
}

function checkApproval({ approval }: GrantLine, covered: readonly ActionShape[], report: Report): void {
  if (!approval) return;
  const { field, expiresHours, remindHours, escalate } = approval;
  if (field !== undefined) checkField(field, "number", covered, (message) => report("approval.field", message));
  if (remindHours !== undefined && remindHours >= expiresHours)
    report("approval.remindHours", "it expires before anyone is reminded");
  if (escalate && escalate.afterHours >= expiresHours)
    report("approval.escalate.afterHours", "it expires before it is escalated");
}

/** What can't be understood, and what means more than it seems to. */
function checkCondition(condition: Condition, report: Report): void {
  if ("domains" in condition) {
    for (const [at, domain] of condition.domains.entries()) {
      if (readDomain(domain) === null)
        report(
          `domains[${at}]`,
          `"${domain}" is no domain: write example.com, or *.example.com for what lies below it`,
        );
    }
  } else if ("prefix" in condition) {
    for (const [at, prefix] of condition.prefix.entries()) {
      if (readPath(prefix) === null) report(`prefix[${at}]`, `"${prefix}" is no plain path`);
      else if (!isUrl(prefix) && /%[0-9a-f]{2}/i.test(prefix))
        report(`prefix[${at}]`, "write the path as it is, without percent encoding");
    }
  } else if ("matches" in condition) {
    for (const [at, pattern] of condition.matches.entries()) {
      const message = whyTooWide(pattern);
      if (message !== null) report(`matches[${at}]`, message);
    }
  }
}

/** `*@example.com` also matches `a@evil.com, b@example.com`; `https://example.com*` also matches `https://example.com.evil.com`. */
function whyTooWide(pattern: string): string | null {
  if (!pattern.includes("*")) return null;
  if (/[^/]@/.test(pattern)) return "use domains for mail addresses: * would match several addresses in one text";
  if (/:\/\/[^/]*\*/.test(pattern)) return "use domains or prefix for URLs: * would match other hosts here";
  return null;
}
