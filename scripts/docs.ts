/**
 * Writes the reference that is derived from the code: docs/steps.md, docs/connectors.md, docs/errors.md, docs/cli.md,
 * docs/permissions.md, docs/promises.md and the tables of docs/flow-file.md and docs/agents.md. Run it after changing a kind, a code or the flow file; a test asserts that it was.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderCli } from "./docs-cli.ts";
import { renderConnectors } from "./docs-connectors.ts";
import { renderErrors } from "./docs-errors.ts";
import { renderAgentFileTable, renderFlowFileTables } from "./docs-flow-file.ts";
import { renderPermissions } from "./docs-permissions.ts";
import { renderPromises } from "./docs-promises.ts";
import { renderSteps } from "./docs-steps.ts";

const BEGIN = /<!-- Derived from sdk\/src\/(?:flow|agent)-file\.ts by scripts\/docs\.ts: change it there\. -->/;
const END = "<!-- End of what is derived. -->";

/** The reference by file, as it is to be; `read` gives a file as it is. */
export function renderDocs(read: (file: string) => string): ReadonlyMap<string, string> {
  return new Map([
    ["docs/steps.md", renderSteps()],
    ["docs/connectors.md", renderConnectors()],
    ["docs/errors.md", renderErrors()],
    ["docs/cli.md", renderCli()],
    ["docs/permissions.md", renderPermissions()],
    ["docs/promises.md", renderPromises()],
    ["docs/flow-file.md", between(read("docs/flow-file.md"), renderFlowFileTables())],
    ["docs/agents.md", between(read("docs/agents.md"), renderAgentFileTable())],
  ]);
}

function between(text: string, tables: string): string {
  const [begin] = BEGIN.exec(text) ?? [];
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (begin === undefined || before === undefined || after === undefined)
    throw new Error("the page has lost the marks between which its tables stand");
  return `${before}${begin}\n\n${tables}\n${END}${after}`;
}

/** A file of the repository. */
export function readDoc(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), "utf8");
}

if (import.meta.main) {
  for (const [file, text] of renderDocs(readDoc)) {
    writeFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), text);
    console.log(`wrote ${file}`);
  }
}
