import type { z } from "zod";
import { fieldPath } from "../core/field-path.ts";
import { issueText } from "../core/issue-text.ts";

export interface FieldIssue {
  readonly field: string;
  readonly message: string;
}

/** What a schema found wrong, one sentence for each field, at most `max`. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], max: number): readonly FieldIssue[] {
  const list: FieldIssue[] = [];
  for (const issue of issues) {
    if (list.length >= max) break;
    list.push(...describe(issue, []));
  }
  return list.slice(0, max);
}

function describe(issue: z.core.$ZodIssue, around: readonly PropertyKey[]): readonly FieldIssue[] {
  const path = [...around, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: fieldPath([...path, key]),
      message: `there is no field "${key}" here: remove it or mend its name`,
    }));
  }
  if (issue.code === "invalid_union") return describeUnion(issue, path);
  if (issue.code === "invalid_key") {
    const name = String(issue.path.at(-1));
    const message = `the name "${name}" is not valid: ${issue.issues[0] === undefined ? "mend it" : issueText(issue.issues[0])}`;
    return [{ field: fieldPath(path), message }];
  }
  return [{ field: fieldPath(path), message: issueText(issue) }];
}

/** Of the ways a union offers, the one that was understood furthest is the one that was meant. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[]): readonly FieldIssue[] {
  const depths = issue.errors.map((option) =>
    Math.max(0, ...option.map((one) => one.path.length + ("keys" in one ? 1 : 0))),
  );
  const furthest = Math.max(0, ...depths);
  if (furthest > 0) return issue.errors[depths.indexOf(furthest)]!.flatMap((one) => describe(one, path));
  const options = issue.errors.flatMap((option) => option.slice(0, 1).map((one) => issueText(one)));
  return [
    {
      field: fieldPath(path),
      message: options.length > 0 ? [...new Set(options)].join(", or ") : issueText(issue),
    },
  ];
}
