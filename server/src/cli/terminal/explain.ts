/** What a person reads when a command did not do what it should. */
import { ProblemError } from "@steward/sdk";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/** The arguments of the command by name, `{ flow: "order" }`. */
export type Subject = Readonly<Record<string, string | undefined>>;

/** The next command to try, by the problem's code. */
const NEXT: Readonly<Record<string, (subject: Subject) => string | null>> = {
  unauthenticated: () => "steward login <address>",
  not_found: (subject) => LISTS.find(([name]) => subject[name] !== undefined)?.[1] ?? null,
  flow_unpublished: ({ flow }) => `steward flow publish ${flow ?? "<flow>"}`,
  flow_has_problems: ({ flow }) => `mend them, then: steward flow push ${flow ?? "<flow>"}.flow.json --publish`,
  flow_paused: ({ flow }) => `steward flow resume ${flow ?? "<flow>"}`,
  run_finished: ({ run }) => `steward run show ${run ?? "<run>"}`,
  run_not_finished: ({ run }) => `steward run cancel ${run ?? "<run>"}`,
  nothing_to_resolve: ({ run }) => `steward run show ${run ?? "<run>"}`,
  credential_missing: () => "steward credential set <credential>",
  unreachable: () => "steward up",
};

/** What shows the things that a command takes, by its argument's name. */
const LISTS: readonly (readonly [argument: string, next: string])[] = [
  ["run", "steward run list"],
  ["flow", "steward flow list"],
  ["credential", "steward credential list"],
  ["variable", "steward variable list"],
  ["path", "steward file list"],
  ["from", "steward file list"],
  ["project", "steward project list"],
  ["sink", "steward audit sink-list"],
  ["token", "steward sign-on scim-list"],
  ["consent", "steward support list"],
  ["session", "steward account sessions"],
  ["message", "steward installation mail"],
];

/** Codes of many meanings, whose message says what is to be done where anything is; their hint would say it worse. */
const SAID_ALREADY: ReadonlySet<string> = new Set(["conflict", "not_found"]);

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
  const next = (wait === null ? NEXT[problem.code]?.(subject) : `again in ${wait} s`) ?? hintOf(problem);
  return new CliError(exit, problem.code, problem.message, next, problemLines(problem.details));
}

/** The hint of its code, where it fits: who lacks no permission is not sent to ask for one. */
function hintOf({ code, details, hint }: ProblemError): string | null {
  if (SAID_ALREADY.has(code)) return null;
  return code === "forbidden" && details["needs"] === undefined && details["lacks"] === undefined ? null : hint;
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
export function errorLine({ message, next }: Pick<CliError, "message" | "next">): string {
  const said = message.replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "");
  if (next === null || next === "") return `steward: ${said}`;
  return `steward: ${said}. ${/^(?:npx )?steward /.test(next) ? `Next: ${next}` : sentence(next)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
