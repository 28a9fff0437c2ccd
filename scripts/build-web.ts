/** Builds the page when its sources have changed since the last build. */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, runCommand, tool } from "./run-command.ts";

const stamp = path.join(root, "web", "dist", ".built");

/** Gives whether it built anew. Throws when the build fails. */
export async function buildWeb(): Promise<boolean> {
  const digest = sourcesDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return false;
  // Whoever asks: with a test's NODE_ENV the page would hold React's development build.
  const env = { NODE_ENV: "production" };
  const code = await runCommand(tool("vite"), ["build", "--logLevel", "warn"], path.join(root, "web"), env);
  if (code !== 0) throw new Error("the page could not be built: see above");
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return true;
}

function sourcesDigest(): string {
  const files = globSync(["web/{src,public}/**/*", "web/*.{html,ts,json}", "sdk/src/**/*.ts", "package-lock.json"], {
    cwd: root,
  }).toSorted();
  const hash = createHash("sha256");
  for (const file of files) {
    if (!path.extname(file)) continue;
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(path.join(root, file)));
  }
  return hash.digest("hex");
}
