/** An action as grants, gate and simulator know it, whoever performs it. */
import type { ActionClass } from "@steward/sdk";
import { z } from "zod";
import { AppError } from "../errors.ts";
import { issueText } from "../issue-text.ts";
import type { JsonObject } from "../json.ts";
import { type ActionFields, fieldsOfSchema } from "../policy/action-fields.ts";
import { plainArguments } from "../policy/canonical.ts";
import type { ActionShape } from "../policy/check-grant.ts";
import { fieldPath } from "../field-path.ts";

export interface KnownAction {
  /** `gmail.send` */
  readonly id: string;
  /** As a person reads it: "Send a mail". */
  readonly title: string;
  /** Whose connections it is done with; null for what is done with none, or with a credential. */
  readonly connector: string | null;
  readonly usesCredential: boolean;
  /** What happens at the provider, which a trigger asks for: it is granted like an action that reads. */
  readonly isEvent?: true;
  /** What it can be: what `http.request` is follows from its method. */
  readonly classes: readonly ActionClass[];
  readonly destination: readonly string[];
  readonly input: z.ZodType;
  classOf(given: JsonObject): ActionClass;
}

const FIELDS = new WeakMap<z.ZodType, ActionFields>();

/** As a form is checked against it: one for each class. */
export function shapesOf({ id, classes, destination, input }: KnownAction): readonly ActionShape[] {
  const fields = fieldsOf(input);
  return classes.map((each) => ({ id, class: each, fields, destination }));
}

/** Made once for each schema, which lives as long as the program. */
function fieldsOf(input: z.ZodType): ActionFields {
  const known = FIELDS.get(input);
  if (known) return known;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON Schema is JSON
  const fields = fieldsOfSchema(z.toJSONSchema(input, { io: "output", unrepresentable: "any" }) as JsonObject);
  FIELDS.set(input, fields);
  return fields;
}

const ISSUES_MAX = 20;

/**
 * Arguments as the gate judges and sends them: parsed, defaults filled in, plain. Throws `value_invalid` naming the field
 * below `at`.
 */
export function readArguments(action: KnownAction, given: JsonObject, at: string): JsonObject {
  const parsed = action.input.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) => describe(issue, at)).slice(0, ISSUES_MAX);
    const { field, message } = issues[0] ?? { field: at, message: "is not valid" };
    throw new AppError("value_invalid", `${field}: ${message}`, { field, issues });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the input of an action is an object (`Action.input`)
  return plainArguments(parsed.data as Readonly<Record<string, unknown>>);
}

function describe(issue: z.core.$ZodIssue, at: string): { readonly field: string; readonly message: string }[] {
  const path = [at, ...issue.path];
  if (issue.code !== "unrecognized_keys") return [{ field: fieldPath(path), message: issueText(issue) }];
  return issue.keys.map((key) => ({ field: fieldPath([...path, key]), message: `there is no field "${key}" here` }));
}
