/**
 * What `npm test` runs: sets up what the tests need beside npm's packages (Chromium and bubblewrap,
 * from Debian, where root may install), builds the page, runs all tests and ends with the counts.
 */
import { existsSync } from "node:fs";
import { startVitest } from "vitest/node";
import { buildWeb } from "./build-web.ts";
import { root, runCommand } from "./run-command.ts";

const CHROMIUM = "/usr/bin/chromium";
const inCi = process.env["CI"] === "true";

async function installChromium(): Promise<void> {
  if (existsSync(CHROMIUM)) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    console.log(`no ${CHROMIUM}: the browser tests are skipped. On Debian: apt-get install chromium`);
    return;
  }
  console.log("installing Chromium for the browser tests…");
  process.env["DEBIAN_FRONTEND"] = "noninteractive";
  await runCommand("apt-get", ["update", "-qq"]);
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
}

await installChromium();
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
