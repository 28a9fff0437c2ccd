import { parseJson } from "../core/parse-json.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { Jail, JailOutcome, JailRuntime } from "../core/ports/jail.ts";

/** What code that wants out of the jail got, for the check of B3. */
export interface JailTrial {
  /** Why there is no jail here: then nothing runs in one. */
  readonly unavailable: string | null;
  /** What it could do and should not, as sentences; none where the promise is kept. */
  readonly faults: readonly string[];
  /** What was tried and held. */
  readonly held: readonly string[];
}

const MEGABYTE = 1_048_576;
const LIMITS = { timeoutMs: 15_000, cpuMs: 10_000, memoryBytes: 128 * MEGABYTE, outputBytesMax: 100_000 };

/** Each answers true where the code got what it must not have. */
const LOOKS: readonly (readonly [string, string])[] = [
  ["reads the host's list of accounts", "fs.existsSync('/etc/passwd')"],
  [
    "sees the folders of people or of the server",
    "['/root', '/var', '/srv', '/opt', '/mnt'].some((one) => fs.existsSync(one))",
  ],
  ["finds something in its home", "fs.readdirSync('/home').some((one) => one !== 'step.mjs')"],
  ["finds something among temporary files", "fs.readdirSync('/tmp').length > 0"],
  [
    "writes into the system",
    "['/usr/x', '/etc/x', '/jail/x', '/x'].some((one) => does(() => fs.writeFileSync(one, '')))",
  ],
  [
    "sees a variable of the server",
    "Object.keys(process.env).some((name) => /STEWARD|DATABASE|KEY|SECRET/.test(name))",
  ],
  ["sees other processes", "fs.readdirSync('/proc').filter((one) => /^\\d+$/.test(one)).length > 3"],
  ["signals the process that started it", "does(() => process.kill(SERVER, 0))"],
  ["has a network interface beside its own", "fs.readFileSync('/proc/net/dev', 'utf8').trim().split('\\n').length > 3"],
  ["reaches the metadata address", "await reaches('169.254.169.254', 80)"],
  ["reaches the public internet", "await reaches('1.1.1.1', 443)"],
  ["reaches the server's own port", "await reaches('127.0.0.1', PORT)"],
  ["resolves a name", "await dns.lookup('example.com').then(() => true, () => false)"],
];

/** Runs code in the jail that tries to get out and to take more than it may. `port` is the server's own. */
export async function tryJail(
  jail: Jail,
  { pid, port }: { readonly pid: number; readonly port: number },
): Promise<JailTrial> {
  const unavailable = await jail.problem("node");
  if (unavailable !== null) return { unavailable, faults: [], held: [] };
  const run = (runtime: JailRuntime, source: string, timeoutMs: number = LIMITS.timeoutMs): Promise<JailOutcome> =>
    jail.run({
      tenant: "prove",
      runtime,
      source,
      input: "{}",
      limits: {
        ...LIMITS,
        timeoutMs,
      },
      mounts: [],
      network: null,
      signal: new AbortController().signal,
    });
  const seen = answersOf(await run("node", sourceOf(pid, port)));
  const faults = LOOKS.flatMap(([what]) => (seen[what] === false ? [] : [`code in the jail ${what}`]));
  const bombs = [
    ["memory", "memory", "export default () => { const all = []; for (;;) all.push(Buffer.alloc(8e6, 1)) }", undefined],
    ["time", "timeout", "export default () => { for (;;); }", 500],
    ["output", "output_too_large", "export default () => 'x'.repeat(1e6)", undefined],
  ] as const;
  for (const [what, reason, source, timeoutMs] of bombs) {
    const outcome = await run("node", source, timeoutMs);
    if (outcome.ok || outcome.reason !== reason) faults.push(`code in the jail has no limit on ${what}`);
  }
  const left = await run(
    "shell",
    "i=0; while [ $i -lt 200 ]; do sleep 30 >/dev/null 2>&1 & i=$((i+1)); done; echo all",
  );
  if (left.ok && left.result?.includes("all")) faults.push("code in the jail starts as many processes as it likes");
  const held = [...LOOKS.map(([what]) => what), ...bombs.map(([what]) => `has no limit on ${what}`)];
  return { unavailable: null, faults, held: held.filter((what) => !faults.includes(`code in the jail ${what}`)) };
}

function sourceOf(pid: number, port: number): string {
  const looks = LOOKS.map(([what, look]) => `${JSON.stringify(what)}: ${look}`);
  return `import fs from "node:fs";
import net from "node:net";
import { promises as dns } from "node:dns";
const SERVER = ${pid}, PORT = ${port};
const does = (what) => { try { what(); return true } catch { return false } };
const reaches = (host, port) => new Promise((done) => {
  const socket = net.connect({ host, port, timeout: 1000 });
  const end = (reached) => { socket.destroy(); done(reached) };
  socket.on("connect", () => end(true)).on("error", () => end(false)).on("timeout", () => end(false));
});
export default async () => ({ ${looks.join(",\n")} });`;
}

/** Nothing where it did not answer: then every look counts as one that was not shown to hold. */
function answersOf(outcome: JailOutcome): Readonly<Record<string, Json>> {
  const read = parseJson(outcome.ok ? (outcome.result ?? "null") : "null");
  return read.ok && isJsonObject(read.value) ? read.value : {};
}
