// Zero dependencies, runs on Node 20: installs what is missing, then re-executes under Node 24.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const stamp = path.join(root, "node_modules", ".installed");
const lock = createHash("sha256")
  .update(readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");
const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === lock;

if (!installed()) {
  const began = Date.now();
  const bar = setInterval(
    () => process.stderr.write(`installing… ${Math.round((Date.now() - began) / 1000)} s\n`),
    5000,
  );
  const npm = process.env.npm_execpath; // set by npm itself: no PATH guess, no shell on Windows
  const [cmd, pre] = npm ? [process.env.npm_node_execpath ?? process.execPath, [npm]] : ["npm", []];
  const args = [...pre, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const rc = await new Promise((done) =>
    spawn(cmd, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: !npm && process.platform === "win32",
    }).on("close", done),
  );
  clearInterval(bar);
  if (rc !== 0) process.exit(rc ?? 1);
  writeFileSync(stamp, lock);
  process.stderr.write(`installed in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

function node24() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const { platform: p, arch: a } = process;
  const os = p === "win32" ? "win" : p;
  const name = `${p === "darwin" && a === "arm64" ? "node-bin" : "node"}-${os}-${a}`;
  const require = createRequire(path.join(root, "package.json"));
  try {
    const manifest = require.resolve(`${name}/package.json`);
    return path.resolve(path.dirname(manifest), require(manifest).bin.node);
  } catch {
    process.stderr.write(`needs Node 24 (no ${name} package installed)\n`);
    process.exit(1);
  }
}

const node = node24();
const env = { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH };
const [script, ...rest] = process.argv.slice(2);
const child = spawn(node, ["--disable-warning=ExperimentalWarning", path.resolve(root, script), ...rest], {
  stdio: "inherit",
  env,
});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
process.on("SIGINT", () => {}); // the terminal sends it to the whole group
child.on("close", (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
const parent = process.ppid; // npm does not pass SIGTERM on: when it is gone, stop too
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  child.kill("SIGTERM");
}, 250);
watch.unref();
