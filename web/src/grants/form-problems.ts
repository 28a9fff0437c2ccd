/** What a refusal finds wrong with a form, by the field it is about. Pure. */
import { ProblemError } from "@steward/sdk";

export interface FormProblem {
  /** `lines[0].when[1].field` */
  readonly field: string;
  readonly message: string;
}

/** The problems that a refusal names, below `within` where the form stands in the body; none where it is of another kind. */
export function problemsOf(error: unknown, within = ""): readonly FormProblem[] {
  if (!(error instanceof ProblemError) || error.code !== "value_invalid") return [];
  const { issues } = error.details;
  const list: readonly unknown[] = Array.isArray(issues) ? issues : [];
  return list.filter(isProblem).map(({ field, message }) => ({ field: below(field, within), message }));
}

function below(field: string, within: string): string {
  return within !== "" && field.startsWith(`${within}.`) ? field.slice(within.length + 1) : field;
}

function isProblem(value: unknown): value is FormProblem {
  if (typeof value !== "object" || value === null || !("field" in value) || !("message" in value)) return false;
  return typeof value.field === "string" && typeof value.message === "string";
}

export interface PlacedProblems {
  readonly at: (control: string) => string | undefined;
  /** Those that no control shows. */
  readonly rest: readonly FormProblem[];
}

/** Each problem at the control that it is about, or that holds it: `lines[0].when[1].domains[2]` at `lines[0].when[1]`. */
export function placeProblems(problems: readonly FormProblem[], controls: ReadonlySet<string>): PlacedProblems {
  const placed = new Map<string, string>();
  const rest: FormProblem[] = [];
  for (const problem of problems) {
    const control = controlOf(problem.field, controls);
    if (control === null) rest.push(problem);
    else placed.set(control, [placed.get(control), problem.message].filter((one) => one !== undefined).join("; "));
  }
  return { at: (control) => placed.get(control), rest };
}

function controlOf(field: string, controls: ReadonlySet<string>): string | null {
  let at = field;
  while (at !== "") {
    if (controls.has(at)) return at;
    at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0));
  }
  return null;
}
