import type { Step } from "@steward/sdk";
import { z } from "zod";
import { fieldPath } from "../field-path.ts";
import { issueText } from "../issue-text.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { StepKind } from "../step-kind.ts";

type Problem = (field: string, message: string) => void;

/**
 * Finds at publish what needs no run: deferred fields that are written wrongly, unknown fields, and
 * every wrong value that no expression is part of.
 */
export function checkInput(kind: StepKind, step: Step, problem: Problem): void {
  const deferred = kind.deferred?.shape ?? {};
  const known = Object.keys(deferred);
  const eager: Record<string, Json> = Object.create(null);
  const written: Record<string, Json> = Object.create(null);
  for (const [name, value] of Object.entries(step.input)) (known.includes(name) ? written : eager)[name] = value;
  const fields = [...fieldsOf(kind.schema), ...known];
  if (kind.deferred) listIssues(kind.deferred.safeParse(written), null, fields, placed(["input"], problem));
  listIssues(kind.schema.safeParse(eager), eager, fields, placed(["input"], problem));
}

/**
 * The same of one field of a step's input, whose own schema is known when the step is compiled: `place` says where it
 * stands. A field that is an expression as a whole is yet to come.
 */
export function checkField(
  schema: z.ZodType,
  value: Json | undefined,
  place: readonly PropertyKey[],
  problem: Problem,
): void {
  if (typeof value === "string" && value.includes("{{")) return;
  const evaluated = isJsonObject(value) ? value : {};
  listIssues(schema.safeParse(value ?? {}), evaluated, fieldsOf(schema), placed(place, problem));
}

type Report = (path: readonly PropertyKey[], message: string) => void;

function placed(place: readonly PropertyKey[], problem: Problem): Report {
  return (path, message) => problem(fieldPath([...place, ...path]), message);
}

function fieldsOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** @param evaluated the fields as written, when their expressions have yet to be evaluated */
function listIssues(
  result: z.ZodSafeParseResult<unknown>,
  evaluated: JsonObject | null,
  fields: readonly string[],
  report: Report,
): void {
  for (const issue of result.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") {
      const there =
        issue.path.length === 0 && fields.length > 0 ? `: the fields are ${fields.join(", ")}` : ": remove it";
      for (const key of issue.keys) report([...issue.path, key], `there is no field "${key}" here${there}`);
    } else if (evaluated === null || !isYetToCome(evaluated, issue.path)) {
      report(issue.path, issueText(issue));
    }
  }
}

/** Whether the value at a path is, contains or lies in an expression. */
function isYetToCome(value: Json, path: readonly PropertyKey[]): boolean {
  let at: Json | undefined = value;
  for (const part of path) {
    if (typeof at === "string") break;
    at = typeof at === "object" && at !== null ? new Map(Object.entries(at)).get(String(part)) : undefined;
  }
  return at !== undefined && hasExpression(at);
}

function hasExpression(value: Json): boolean {
  if (typeof value === "string") return value.includes("{{");
  return typeof value === "object" && value !== null && Object.values(value).some(hasExpression);
}
