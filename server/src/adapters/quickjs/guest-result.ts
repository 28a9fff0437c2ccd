import type { CodeFailureReason, CodeLimits } from "../../core/ports/code-runner.ts";
import { STEP_FILE } from "./guest-harness.ts";

/** What a thread answers for one run. `output` and `logs` are JSON text; the main thread parses them. */
export type GuestResult =
  | { readonly ok: true; readonly output: string | undefined; readonly logs: string }
  | GuestFailure;

export interface GuestFailure {
  readonly ok: false;
  readonly reason: CodeFailureReason;
  readonly message: string;
  readonly stack?: string;
}

/** More than the harness ever writes, escapes included; a step that forges a report is cut here. */
const LOG_BYTES_MAX = 100_000;
const ERROR_BYTES_MAX = 100_000;
const LINE_BREAK = 10;

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^'?(fetch|XMLHttpRequest|WebSocket|EventSource)\b/,
    "A code step has no network: use an HTTP step and read its result here.",
  ],
  [/^'?(set|clear)(Timeout|Interval|Immediate)\b/, "A code step has no timers: use a wait step."],
  [
    /^'?(require|process|Buffer|module|__dirname|__filename)\b/,
    "A light code step has the JavaScript language alone, without Node.",
  ],
  [/^'?(performance|Atomics|SharedArrayBuffer)\b/, "It is not offered to code steps; Date.now() gives the time."],
];

export function failure(reason: CodeFailureReason, message: string, stack?: string): GuestFailure {
  return stack ? { ok: false, reason, message, stack } : { ok: false, reason, message };
}

export const FULL_MEMORY = "The step used more memory than it may. Work on fewer or smaller values at once.";
export const CANCELLED = "The run was cancelled while the step was waiting or running.";

export function timeoutMessage(limits: CodeLimits): string {
  return `The step did not finish within ${limits.timeoutMs} ms. Do less at once, or raise its timeoutMs.`;
}

/** Reads a report of the harness (its form is described there) out of the guest's memory, copying no more than the limits allow. */
export function readReport(report: Buffer, outputBytesMax: number): GuestResult {
  const end = report.indexOf(LINE_BREAK);
  const kind = String.fromCharCode(report[0] ?? 0);
  const body = report.subarray(end + 1);
  const logs = end > 0 && end <= LOG_BYTES_MAX ? report.toString("utf8", 1, end) : "[]";
  switch (kind) {
    case "u":
      return { ok: true, output: undefined, logs };
    case "v":
      if (body.length > outputBytesMax) {
        const message = `The step's result is ${body.length} bytes of JSON; the limit is ${outputBytesMax}. Return less.`;
        return failure("output_too_large", message);
      }
      return { ok: true, output: body.toString("utf8"), logs };
    case "n":
    case "e":
      return readError(kind, body);
    default:
      return failure("crashed", "The step broke the function that reports its result.");
  }
}

function readError(kind: "n" | "e", body: Buffer): GuestFailure {
  const error = parseError(body);
  if (error.name === "InternalError" && error.message === "out of memory") return failure("memory", FULL_MEMORY);
  const text = [error.name, error.message].filter(Boolean).join(": ");
  if (kind === "n") {
    return failure("not_json", `The step's result is not JSON (${text}). Return plain values.`, error.stack);
  }
  const hint =
    error.name === "ReferenceError" ? HINTS.find(([pattern]) => pattern.test(error.message))?.[1] : undefined;
  return failure("threw", hint ? `${text}. ${hint}` : text, error.stack);
}

function parseError(body: Buffer): { name: string; message: string; stack: string } {
  const text = body.toString("utf8", 0, ERROR_BYTES_MAX);
  let fields: Record<string, unknown> = {};
  try {
    fields = { ...JSON.parse(text) };
  } catch {
    // Forged by the step: it loses its own message.
  }
  const field = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  return {
    name: field("name"),
    message: field("message") || (field("name") ? "" : "threw"),
    stack: guestStack(field("stack")),
  };
}

/** The frames of a stack that lie in the step's own source. */
function guestStack(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => line.includes(`${STEP_FILE}:`))
    .map((line) => line.trim())
    .join("\n");
}
