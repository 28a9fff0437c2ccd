/** What a person reads when a command did not do what it should. */
import { ProblemError } from "@steward/sdk";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/** The arguments of the command by name, `{ flow: "order" }`. */
export type Subject = Readonly<Record<string, string | undefined>>;

/** The next command to try, by the problem's code. */
const NEXT: Readonly<Record<string, (subject: Subject) => string | null>> = {
  unauthenticated: () => "steward login <address>",
  not_found: ({ run, flow }) => {
    if (run !== undefined) return "steward run list";
    return flow === undefined ? null : "steward flow list";
  },
  flow_unpublished: ({ flow }) => `steward flow publish ${flow ?? "<flow>"}`,
  flow_has_problems: ({ flow }) => `mend them, then: steward flow push ${flow ?? "<flow>"}.flow.json --publish`,
  flow_paused: ({ flow }) => `steward flow resume ${flow ?? "<flow>"}`,
  run_finished: ({ run }) => `steward run show ${run ?? "<run>"}`,
  run_not_finished: ({ run }) => `steward run cancel ${run ?? "<run>"}`,
  nothing_to_resolve: ({ run }) => `steward run show ${run ?? "<run>"}`,
  credential_missing: () => "steward credential set <credential>",
  unreachable: () => "steward up",
};

/** The one line for whatever was thrown, and how the command ends. */
export function explain(thrown: unknown, subject: Subject): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof ProblemError) return ofProblem(thrown, subject);
  if (!(thrown instanceof Error)) return new CliError(EXIT.refused, "failed", String(thrown));
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "failed";
  return new CliError(EXIT.refused, code, thrown.message);
}

function ofProblem(problem: ProblemError, subject: Subject): CliError {
  const exit = problem.status === 0 ? EXIT.unreachable : EXIT.refused;
  const wait = problem.retryAfterSeconds;
  const next = (wait === null ? NEXT[problem.code]?.(subject) : `again in ${wait} s`) ?? problem.hint;
  return new CliError(exit, problem.code, problem.message, next, problemLines(problem.details));
}

/** A refusal that lists several things (`problems`, `issues`) shows each on its line. */
function problemLines(details: Readonly<Record<string, unknown>>): readonly string[] {
  const list = details["problems"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null || !("message" in one)) return [];
    const field = "field" in one && one.field !== "" ? `${String(one.field)}: ` : "";
    return [`${field}${String(one.message)}`];
  });
}

/** `steward: there is no flow "x" in this project. Next: steward flow list` on one line. */
export function errorLine({ message, next }: CliError): string {
  const said = message.replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  if (next === null || next === "") return `steward: ${said}`;
  return `steward: ${said}. ${next.startsWith("steward ") ? `Next: ${next}` : sentence(next)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
