import type { DraftProblem } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { fieldLine } from "./field-line.ts";

const PROBLEMS_SHOWN = 50;
/** Where what has no line comes. */
const LAST = Number.MAX_SAFE_INTEGER;

/** The line to show a problem at: where its field stands in the text shown here, else what the server counted. */
export function problemLine(problem: DraftProblem, text: string): number | null {
  return (problem.field === "" ? null : fieldLine(text, problem.field)) ?? problem.line;
}

/** What is not yet right, from the first line to the last; each leads to its line. */
export function ProblemList({
  problems,
  text,
  slug,
}: {
  problems: readonly DraftProblem[];
  text: string;
  slug: string;
}) {
  const placed = problems.slice(0, PROBLEMS_SHOWN).map((problem) => ({ problem, line: problemLine(problem, text) }));
  const inOrder = placed.toSorted((one, other) => (one.line ?? LAST) - (other.line ?? LAST));
  return (
    <ul className="text-13">
      {inOrder.map(({ problem, line }) => {
        return (
          <li key={`${problem.field}:${problem.message}`} className="flex flex-wrap gap-x-3 py-0.5">
            {line !== null && (
              <Link {...paths.flowFile(slug, { line })} className="w-14 shrink-0 text-accent hover:underline">
                {say.flow.line(line)}
              </Link>
            )}
            <span className="min-w-0 break-words">
              <code className="font-mono text-12 text-text-2">{problem.field}</code> {problem.message}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
