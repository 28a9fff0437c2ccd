/** The action `code.run`: a step's code in the jail, with connections to the hosts that its published version names. */
import type { CodeArguments, CodeResult } from "../core/code-effect.ts";
import { parseHostEntry } from "../core/egress/host-entry.ts";
import { invariant } from "../core/invariant.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { CodeFailureReason, CodeLimits, CodeOutcome, CodeProgram } from "../core/ports/code-runner.ts";
import type { JailConnection, JailNetwork } from "../core/ports/jail.ts";
import { endedAs, type ActionPerformer, type AuditFacts, type Check, type EffectEnd, type Matter } from "./action.ts";
import { judgeCancelled } from "./checks.ts";

export interface RunJailedCodeParts {
  /** Runs code in the jail with this way out. */
  run(
    program: CodeProgram & { readonly runtime: "node" | "python" },
    input: string,
    limits: CodeLimits,
    signal: AbortSignal,
    network: JailNetwork,
  ): Promise<CodeOutcome>;
}

const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;
/** Of all connections of one run of a step, both ways. */
const NETWORK_BYTES_MAX = 256 * 1024 * 1024;
const DESTINATION = ["hosts"];
const NOTED_MAX = 20;
const MEMORY_UNUSED = 0;

/**
 * One effect for the run of the code, not one for each connection: the intent names every host that it may reach, before
 * it starts; the outcome's entry says what it connected to and what it was refused.
 */
export function runJailedCode(parts: RunJailedCodeParts): ActionPerformer<CodeArguments> {
  return {
    gather: ({ effect }) => readArguments(effect.arguments),
    act: (subject) => ({
      class: "write",
      destination: DESTINATION,
      // The step's fields are taken from the published version as they stand there.
      literal: new Set(DESTINATION),
      arguments: subject,
      estimate: null,
    }),
    checks: CHECKS,
    facts: ({ hosts }) => ({ host: hosts.length === 1 ? hosts[0]! : null }),
    intentFacts: ({ runtime, hosts }) => ({ runtime, hosts: hosts.join(" ") }),
    perform: (matter) => run(parts, matter),
  };
}

const CHECKS: readonly Check<CodeArguments>[] = [
  {
    name: "hosts_valid",
    judge({ subject: { hosts } }) {
      const wrong = hosts.find((host) => parseHostEntry(host) === null);
      return wrong === undefined ? null : { code: "arguments_invalid", message: `${wrong} is no host` };
    },
  },
];

async function run(parts: RunJailedCodeParts, { call, subject }: Matter<CodeArguments>): Promise<EffectEnd> {
  const refusal = judgeCancelled(call);
  if (refusal !== null) return endedAs("refused", refusal);
  const { runtime, source, argument, hosts } = subject;
  const connections: JailConnection[] = [];
  const counts = { open: 0, refused: 0, bytesOut: 0, bytesIn: 0 };
  const network: JailNetwork = {
    hosts,
    bytesMax: NETWORK_BYTES_MAX,
    mayConnect: () => judgeCancelled(call) === null,
    note(one) {
      counts[one.verdict === "open" ? "open" : "refused"]++;
      counts.bytesOut += one.bytesOut;
      counts.bytesIn += one.bytesIn;
      if (connections.length < NOTED_MAX) connections.push(one);
    },
  };
  const outcome = await parts.run(
    { key: `${call.project}:${call.flow}`, runtime, source },
    JSON.stringify(argument),
    { timeoutMs: call.effect.timeoutMs, memoryBytes: MEMORY_UNUSED, outputBytesMax: OUTPUT_BYTES_MAX },
    call.signal,
    network,
  );
  return endOf(outcome, counts.open > 0, { ...counts, connections: shown(connections) });
}

/** Hosts, ports and verdicts; of each only once. */
function shown(connections: readonly JailConnection[]): string {
  return [...new Set(connections.map(({ host, port, verdict }) => `${host}:${port} ${verdict}`))].join(", ");
}

/** Code that reported how it ended is known, whatever it did; of code that was ended from outside only what it never began is. */
function endOf(outcome: CodeOutcome, connected: boolean, facts: AuditFacts): EffectEnd {
  if (outcome.ok) {
    const result: CodeResult = outcome.output === undefined ? {} : { output: outcome.output };
    return { outcome: { kind: "done", result }, facts };
  }
  const { reason, stack } = outcome;
  const message = stack === undefined ? outcome.message : `${outcome.message}\n${stack}`;
  const kind = connected && !REPORTED.has(reason) ? "unknown" : "failed";
  return { outcome: { kind, code: `code_${reason}`, message }, facts, ...(connected ? { happened: true } : {}) };
}

const REPORTED: ReadonlySet<CodeFailureReason> = new Set(["threw", "not_json", "unavailable", "overloaded"]);

function readArguments({ runtime, source, argument, hosts }: JsonObject): CodeArguments {
  invariant(runtime === "node" || runtime === "python", "code that is an effect is in Node or Python");
  invariant(
    typeof source === "string" && isJsonObject(argument),
    "code that is an effect has a source and an argument",
  );
  invariant(Array.isArray(hosts), "code that is an effect names hosts");
  const names = hosts.map((host) => {
    invariant(typeof host === "string", "a host is a text");
    return host;
  });
  return { runtime, source, argument, hosts: names };
}
