import { z } from "zod";
import type { CodeArguments } from "../core/code-effect.ts";
import { retryOfCodeError } from "../core/code-failure.ts";
import { parseHostEntry } from "../core/egress/host-entry.ts";
import { isJsonObject } from "../core/json.ts";
import type { CheckCode, CodeLanguage, CodeRuntime } from "../core/ports/code-runner.ts";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";
import type { Step } from "@steward/sdk";

const SOURCE_LENGTH_MAX = 262_144;
const HOSTS_MAX = 32;
const NETWORK_TIMEOUT_MS = 30_000;

interface Prepared {
  /** Checked, types stripped. Empty in a draft that has problems. */
  readonly source: string;
  readonly runtime: CodeRuntime;
  readonly hosts: readonly string[];
  readonly repeat: "safe" | "never";
  readonly timeoutMs: number;
}

const LANGUAGES = ["js", "ts", "node", "python"] as const satisfies readonly CodeLanguage[];
const RUNTIMES = { js: "light", ts: "light", node: "node", python: "python" } as const;

const Fields = z.strictObject({
  language: z
    .enum(LANGUAGES, { error: `use one of ${LANGUAGES.join(", ")}` })
    .describe(
      "js, or ts (types are stripped, not checked), in a light sandbox; node (JavaScript or TypeScript with Node's own modules) or python (3, with its standard library) in the jail, which the server must have.",
    ),
  source: z
    .string({ error: "give the module's text: export default ({ steps }) => …" })
    .min(1, "give the module's text: export default ({ steps }) => …")
    .max(SOURCE_LENGTH_MAX, "the source is longer than 262,144 characters: split it into several steps")
    .describe(
      "The module's text. {{ }} has no meaning in it. Its default export is the function, in Python `def main(input)`, where `input` is a dict. It may be async; what it returns must be JSON.",
    ),
  hosts: z
    .array(
      z
        .string()
        .refine(
          (text) => parseHostEntry(text) !== null,
          "write a host, *.host, host:port or [IPv6]:port, without https://",
        ),
      { error: "give a list of hosts" },
    )
    .max(HOSTS_MAX)
    .optional()
    .describe(
      "For node and python: the hosts that the code may connect to, by HTTPS through the gate (host, *.host, host:port; without a port 80 and 443). Without it there is no network.",
    ),
  repeat: z
    .enum(["safe", "never"], { error: "use safe or never" })
    .optional()
    .describe(
      "With hosts: what happens when nobody can tell what the code has done out there. safe: it is run again; never, the default: the step's ifUnknown decides.",
    ),
});

/**
 * The kind `code`. Its source is never looked at for `{{`: what it needs comes as its argument, so
 * that data is never pasted into a program. `checkCode` judges it at publish without running it.
 * Without hosts it has no effect; with them it is one, whose intent is committed before it starts.
 */
export function codeStep(checkCode: CheckCode): StepKind<object, Prepared> {
  return {
    kind: "code",
    title: "Code",
    summary:
      "Runs JavaScript, TypeScript or Python in a sandbox without files of the host and, but for the hosts that it names, without network: a module whose default export (in Python: main) is a function. It receives { trigger, steps, run, vars, item, index }; the output is what it returns.",
    schema: z.strictObject({}),
    deferred: Fields,
    example: { language: "js", source: "export default ({ trigger }) => ({ total: trigger.body.price * 2 })" },
    ports: () => ["out"],
    prepare: (step, _compile, problem) => prepare(checkCode, step, problem),
    run(_input, context, { runtime, source, hosts, repeat, timeoutMs }) {
      const argument = context.scope();
      if (runtime === "light") return { kind: "code", code: { source, argument } };
      if (hosts.length === 0) return { kind: "code", code: { runtime, source, argument } };
      const given: CodeArguments = { runtime, source, argument, hosts: [...hosts] };
      return {
        kind: "effect",
        effect: { action: "code.run", arguments: given, class: "write", credential: null, repeat, timeoutMs },
      };
    },
    conclude: (_input, outcome) => conclude(outcome),
  };
}

function prepare(checkCode: CheckCode, step: Step, problem: (field: string, message: string) => void): Prepared {
  const { language, source, hosts = [], repeat = "never" } = step.input;
  const runtime = isLanguage(language) ? RUNTIMES[language] : "light";
  const listed = Array.isArray(hosts) ? hosts.filter((one) => typeof one === "string") : [];
  const timeoutMs = step.timeoutMs ?? NETWORK_TIMEOUT_MS;
  const prepared = { runtime, hosts: listed, repeat: repeat === "safe" ? repeat : "never", timeoutMs } as const;
  if (runtime === "light" && (listed.length > 0 || step.input["repeat"] !== undefined))
    problem("input.hosts", "light code has no network: use the language node or python, or an HTTP step");
  if (!isLanguage(language) || typeof source !== "string" || source === "" || source.length > SOURCE_LENGTH_MAX)
    return { ...prepared, source: "" };
  const verdict = checkCode(language, source);
  if ("source" in verdict) return { ...prepared, source: verdict.source };
  problem("input.source", `line ${verdict.line}, column ${verdict.column}: ${verdict.problem}`);
  return { ...prepared, source: "" };
}

/** What became of code that was an effect. */
function conclude(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") {
    const { result } = outcome;
    return { kind: "output", output: isJsonObject(result) ? result["output"] : undefined };
  }
  const { code, message } = outcome;
  const retry = outcome.kind === "failed" ? retryOfCodeError(code) : "never";
  return { kind: "fail", error: { code, message }, retry };
}

function isLanguage(value: unknown): value is CodeLanguage {
  return LANGUAGES.some((language) => language === value);
}
