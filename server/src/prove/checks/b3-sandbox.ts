import { type Check, type ProveParts, verdictOf } from "../check.ts";
import { expectAnswer, fieldsOf, itemsOf, tellOf } from "../expect-answer.ts";

const SLUG = "proof-network";
const WAIT_SECONDS = 20;
const LOOKS_MAX = 20;
const LOOK_MS = 250;

/** What code could come to the outside, the host or others by. */
const NAMES = [
  "fetch XMLHttpRequest WebSocket EventSource WebTransport navigator sendBeacon importScripts Worker SharedWorker",
  "require process Buffer Deno Bun global window self module exports __dirname setTimeout setImmediate",
  "WebAssembly SharedArrayBuffer Atomics localStorage indexedDB caches os std",
]
  .join(" ")
  .split(" ");

/** A code step that gives the names that are there, and what it could make a program of. */
export const PROBE = `export default async () => {
  const found = ${JSON.stringify(NAMES)}.filter((name) => typeof globalThis[name] !== "undefined");
  try { found.push("constructor " + typeof (0, Object.getPrototypeOf(found.push).constructor)("return process")()); } catch {}
  return { found };
};`;

/** What publishing is to refuse. */
const IMPORTS = "export default async () => ({ found: Object.keys(await import('node:net')) });";

/** No service of anybody's: for documentation (RFC 5737), a cloud's metadata, and this machine by a name that isn't one. */
const NOWHERE = ["http://192.0.2.1:9/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/"];

/** B3, of the network: code has none of its own, and what a step asks for goes through the gate or not at all. */
export const noOwnNetwork: Check = {
  id: "B3",
  promise:
    "Code steps have no network, no files and nothing of the process; what leaves does so through the gate, which refuses what is no public address",
  tries: `runs a code step that looks for ${NAMES.length} ways out by name and by making a program, publishes one that imports, and steps that ask for addresses that are nobody's; looks for the entry of each`,
  notWhen: null,
  async run(parts) {
    const { run, imports, steps } = await runProbe(parts);
    const code = steps.get("code");
    const found: unknown = typeof code?.["output"] === "object" ? { ...code["output"] } : null;
    const ways = typeof found === "object" && found !== null && "found" in found ? found.found : null;
    const faults = Array.isArray(ways)
      ? ways.map((way) => `code in the sandbox has found ${String(way)}`)
      : [`a code step ended as ${String(code?.["status"])}`];
    if (imports.status !== 422) faults.push(`code that imports a module was answered ${tellOf(imports)}`);
    for (const [at, url] of NOWHERE.entries()) {
      const text = JSON.stringify(steps.get(`call${at}`)?.["error"] ?? null);
      if (!text.includes("address_forbidden")) faults.push(`a step that asked for ${url} ended with ${text}`);
    }
    faults.push(...(await faultsOfEntries(parts, run)));
    return verdictOf(faults, [
      `none of ${NAMES.length} ways out was there for code in the sandbox, and code that imports was not published`,
      `${NOWHERE.length} addresses that are nobody's were refused before anything was sent, and each try is in the audit`,
    ]);
  },
};

async function runProbe({ call, tenants: [own] }: ProveParts) {
  const key = own.keys.builder;
  const path = `/v1/flows/${SLUG}`;
  const calls = NOWHERE.map((url, at) => ({
    id: `call${at}`,
    kind: "http",
    input: { method: "GET", url },
    onError: "continue",
    ...(at + 1 < NOWHERE.length ? { next: [`call${at + 1}`] } : {}),
  }));
  const store = async (source: string): Promise<void> => {
    const code = { id: "code", kind: "code", input: { language: "js", source }, onError: "continue", next: ["call0"] };
    const body = { format: 1, name: "proof", triggers: [{ id: "start", kind: "manual" }], steps: [code, ...calls] };
    const put = await call("PUT", path, { key, body });
    if (put.status !== 201) expectAnswer(put, 200, "storing a flow");
  };
  await store(IMPORTS);
  const imports = await call("POST", `${path}/publish`, { key, body: {} });
  await store(PROBE);
  expectAnswer(await call("POST", `${path}/publish`, { key, body: {} }), 200, "publishing a flow");
  const started = await call("POST", `${path}/runs`, { key, body: { wait: WAIT_SECONDS } });
  const run = String(fieldsOf(expectAnswer(started, 200, "running a flow"))["id"]);
  const records = itemsOf(expectAnswer(await call("GET", `/v1/runs/${run}/steps`, { key }), 200, "a run's steps"));
  return { run, imports, steps: new Map(records.map((record) => [String(record["step"]), record])) };
}

async function faultsOfEntries({ call, clock, tenants: [own] }: ProveParts, run: string): Promise<readonly string[]> {
  const path = `/v1/organizations/${own.shownOrganization}/audit?limit=100`;
  let missing: readonly number[] = NOWHERE.keys().toArray();
  for (let looks = 0; missing.length > 0 && looks < LOOKS_MAX; looks++) {
    if (looks > 0) await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    const entries = itemsOf(expectAnswer(await call("GET", path, { key: own.keys.auditor }), 200, "the audit"));
    const targets = new Set(
      entries.filter(({ action }) => String(action).startsWith("effect.")).map(({ target }) => String(target)),
    );
    missing = missing.filter((at) => !targets.has(`${run}/call${at}`));
  }
  return missing.map((at) => `a try to reach ${NOWHERE[at]} left no entry in the audit`);
}
