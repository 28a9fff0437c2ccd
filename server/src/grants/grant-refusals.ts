/** The refusals of these verbs. What is another tenant's is answered as what nobody has, in the same words. */
import { AppError } from "../core/errors.ts";
import { type IdKind, parseId } from "../core/id.ts";
import type { GrantProblem } from "../core/policy/check-grant.ts";

const NAMES = { grt: "grant", lim: "limit", cap: "budget" } as const satisfies Partial<Record<IdKind, string>>;

export function notHere(kind: keyof typeof NAMES, shown: string): AppError {
  return new AppError("not_found", `There is no ${NAMES[kind]} ${shown} here.`);
}

/** The UUID behind a shown id; throws the same for what is no id as for what nobody has. */
export function uuidOf(kind: keyof typeof NAMES, shown: string): string {
  const id = parseId(kind, shown);
  if (id === null) throw notHere(kind, shown);
  return id;
}

/** @param within where the form stands in the body: `form`, or nothing */
export function refuseForm(problems: readonly GrantProblem[], within = ""): void {
  const issues = problems.map(({ field, message }) => ({
    field: within === "" ? field : `${within}.${field}`,
    message,
  }));
  const [first] = issues;
  if (first === undefined) return;
  throw new AppError("value_invalid", `${first.field}: ${first.message}`, { field: first.field, issues });
}

export function changedSince(what: string, version: number): AppError {
  return new AppError("precondition_failed", `${what} has changed: its version is ${version} now.`, { version });
}

export function isOver(what: string): AppError {
  return new AppError("conflict", `${what} is over: give another one.`);
}

export function noRoom(what: string, max: number): AppError {
  return new AppError("conflict", `There are ${max} ${what} already, the most there can be.`, { max });
}
