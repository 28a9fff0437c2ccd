import { CHECKS } from "../server/src/prove/checks.ts";
import { table } from "./docs-fields.ts";

const HEAD = `# Promises

<!-- Derived from server/src/prove/checks by scripts/docs.ts: change it there. -->

What Steward promises to whoever entrusts something to it, as far as it is built. Nobody has to believe it: \`steward prove\`
(for operators; also \`POST /v1/installation/prove\`) tries each promise against the running installation and says
\`kept\`, \`BROKEN\` with what was seen, or \`not applicable\` with the reason. It ends with exit code 1 when one is broken.
\`steward prove A6 B1\` tries some of them.

The proof comes as users do: to the installation's own address, with API keys and sessions, and in the database with the
roles that serve. It tries things in two organizations of its own (their ids end in \`a0\` and \`b0\`; they show in nobody's
lists), with people whose addresses end in \`.invalid\`, for whom no mail is written. Their keys are revoked and their accounts erased when it
ends; keys of a proof that was broken off end after an hour. Nothing of anybody else's is changed, and nobody outside
hears of it: what is said of connections, tokens and models is tried with the gate as it stands (its checks, what is in
force, its words and secrets) and a counterpart of the proof's own on loopback, which stands for every provider and
counts what it hears. The installation's own way out is not touched, and lets nothing of the proof through. What it does is in
the audit, and counts against the rate limits of the address it comes from: six proofs an hour are possible,
further ones say which promise could not be tried. It takes a few seconds, also while runs go on.

A check that can't be run to its end has not shown its promise kept: it says \`BROKEN\`. For each promise a test plants a
violation in a real installation and sees the check find it (\`server/test/prove-violations.ts\` and the files beside it). A secret's canaries are also searched for in everything that
an installation writes, its database's own files included, by \`server/test/canary.test.ts\`.

`;

/** docs/promises.md: what is promised and how it is tried. */
export function renderPromises(): string {
  const rows = CHECKS.map(({ id, promise, tries, notWhen }) => [id, `${promise}.`, `It ${tries}.`, notWhen ?? ""]);
  return `${HEAD}${table(["", "Promise", "What the proof does", "Not applicable when"], rows)}\n`;
}
