/** Format, lint, types, dead code: everything that judges the source without running it. */
import { runCommand, tool } from "./run-command.ts";

const CHECKS: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ["format", tool("oxfmt"), ["--check", "."]],
  ["lint", tool("oxlint"), ["."]],
  ["types", tool("tsc"), ["-p", "."]],
  ["types of the page", tool("tsc"), ["-p", "web"]],
  ["dead code", tool("knip"), []],
];

let failed = 0;
for (const [name, command, args] of CHECKS) {
  const began = performance.now();
  const code = await runCommand(command, args);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
