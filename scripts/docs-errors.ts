import { ERRORS } from "../server/src/core/errors.ts";
import { STEP_ERRORS } from "../server/src/core/step-errors.ts";
import { EFFECT_ERRORS } from "../server/src/gate/effect-errors.ts";
import { CLI_ERRORS } from "../server/src/cli/terminal/cli-error.ts";
import { table } from "./docs-fields.ts";

/** docs/errors.md: every code of a refusal and of a failing step. */
export function renderErrors(): string {
  const refusals = Object.entries(ERRORS).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const effects = Object.entries(EFFECT_ERRORS).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const failures = Object.entries(STEP_ERRORS).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `# Errors

<!-- Derived from server/src/core/errors.ts and step-errors.ts and
     server/src/gate/effect-errors.ts and server/src/cli/terminal/cli-error.ts by scripts/docs.ts: change it there. -->

A code is never reused or renamed.

## Refusals

What the API, the CLI and the page say when they don't do something. The API answers with a problem (RFC 9457) that has
the code as \`code\` and particulars such as \`field\` or \`line\` as further members.

${table(
  ["Code", "Status", "What happened", "What to do"],
  refusals.map(([code, one]) => [`\`${code}\``, String(one.status), one.title, one.hint]),
)}

## Failures

Why a step or a run failed: the \`code\` of its \`error\`.

${table(
  ["Code", "What happened", "What to do"],
  failures.map(([code, one]) => [`\`${code}\``, one.title, one.hint]),
)}

## Failed, refused and unknown effects

Why the gate refused an effect, why it failed, or why nobody can tell whether it happened.

${table(
  ["Code", "What happened", "What to do"],
  effects.map(([code, one]) => [`\`${code}\``, one.title, one.hint]),
)}

## The command line's own

With \`--json\`, the \`error.code\` of what no answer of the API stands behind, or of how the awaited run stands.

${table(
  ["Code", "What happened"],
  Object.entries(CLI_ERRORS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, title]) => [`\`${code}\``, title]),
)}
`;
}
