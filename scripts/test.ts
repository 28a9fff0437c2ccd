/**
 * What `npm test` runs: sets up what the tests need beside npm's packages (Chromium,
 * Dovecot, bubblewrap, Python and PostgreSQL 15, from Debian, where root may install), builds the page, runs all tests and ends with the counts.
 */
import { existsSync } from "node:fs";
import { startVitest } from "vitest/node";
import { buildWeb } from "./build-web.ts";
import { root, runCommand } from "./run-command.ts";

const inCi = process.env["CI"] === "true";

/** What tests use beside npm's packages, from Debian. */
const PROGRAMS = [
  { file: "/usr/bin/chromium", package: "chromium", use: "the browser tests" },
  { file: "/usr/bin/bwrap", package: "bubblewrap", use: "the tests of the jail" },
  { file: "/usr/bin/python3", package: "python3", use: "the tests of code in Python" },
  { file: "/usr/sbin/dovecot", package: "dovecot-imapd", use: "the tests of mailboxes" },
  { file: "/usr/lib/postgresql/15/bin/postgres", package: "postgresql-15", use: "the tests on PostgreSQL 15" },
] as const;

/** Installs what is missing where root may, else says what is skipped. */
async function installPrograms(): Promise<void> {
  const missing = PROGRAMS.filter((program) => !existsSync(program.file));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    for (const program of missing)
      console.log(`no ${program.file}: ${program.use} are skipped. On Debian: apt-get install ${program.package}`);
    return;
  }
  console.log(`installing ${missing.map((program) => program.package).join(" and ")} for the tests…`);
  process.env["DEBIAN_FRONTEND"] = "noninteractive";
  await runCommand("apt-get", ["update", "-qq"]);
  await runCommand("apt-get", [
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    ...missing.map((program) => program.package),
  ]);
}

await installPrograms();
await buildWeb();
const vitest = await startVitest("test", process.argv.slice(2), { root, run: true, watch: false });
let passed = 0;
let failed = 0;
let skipped = 0;
for (const module of vitest.state.getTestModules()) {
  if (!module.ok() && module.errors().length > 0) failed += 1; // a file that does not load has no tests to count
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") passed += 1;
    else if (state === "failed") failed += 1;
    else {
      skipped += 1;
      if (inCi) console.log(`skipped, which CI does not allow: ${test.fullName}`);
    }
  }
}
failed += vitest.state.getUnhandledErrors().length;
if (inCi) {
  failed += skipped;
  skipped = 0;
}
await vitest.close();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 ? 1 : 0);
