import type { JailOutcome } from "../../core/ports/jail.ts";

/** What a jailed program has written on its descriptor: forged at will by the job, so that it is judged like any input. */
export interface RawReport {
  /** After the line that says it is ready. */
  readonly bytes: Buffer;
  /** What it wrote to its standard output and error. */
  readonly log: string;
  readonly outputBytesMax: number;
}

export const FULL_MEMORY = "The step used more memory than it may. Work on fewer or smaller values at once.";

const ERROR_BYTES_MAX = 100_000;
const FRAMES_MAX = 20;
const STEP_PLACE = /(?:step\.mjs:\d+:\d+|step\.py:\d+(?::\d+)?)/;

/** The outcome that a report tells of; null when it is none. */
export function readReport({ bytes, log, outputBytesMax }: RawReport): JailOutcome | null {
  const kind = bytes.toString("latin1", 0, 2);
  const body = bytes.subarray(2);
  switch (kind) {
    case "u\n":
      return { ok: true, result: undefined, log };
    case "v\n":
      return body.length > outputBytesMax
        ? { ok: false, reason: "output_too_large", message: tooLarge(body.length, outputBytesMax), log }
        : { ok: true, result: body.toString("utf8"), log };
    case "n\n": {
      const { text } = readError(body);
      const message = `The step's result is not JSON (${text}). Return plain values.`;
      return { ok: false, reason: "not_json", message, log };
    }
    case "e\n": {
      const { text, name, stack } = readError(body);
      if (name === "MemoryError" || /ENOMEM|Cannot allocate memory|Array buffer allocation failed/.test(text))
        return { ok: false, reason: "memory", message: FULL_MEMORY, ...(stack === "" ? {} : { stack }), log };
      const message = `${text}${hintFor(name, text)}`;
      return { ok: false, reason: "threw", message, ...(stack === "" ? {} : { stack }), log };
    }
    default:
      return null;
  }
}

export function tooLarge(bytes: number, most: number): string {
  return `The step's result is ${bytes} bytes of JSON or more; the limit is ${most}. Return less.`;
}

function readError(body: Buffer): { readonly name: string; readonly text: string; readonly stack: string } {
  let fields: Record<string, unknown> = {};
  try {
    fields = { ...JSON.parse(body.toString("utf8", 0, ERROR_BYTES_MAX)) };
  } catch {
    // Forged by the step: it loses its own message.
  }
  const field = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  const name = field("name");
  const text = [name, field("message")].filter(Boolean).join(": ").slice(0, 2000) || "it threw";
  return { name, text, stack: placesIn(field("stack")) };
}

/** The lines of a stack that lie in the step's own source, under the name that its author knows. */
function placesIn(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => STEP_PLACE.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) =>
      line
        .trim()
        .replace(/file:\/\/\/home\/step\.mjs/, "step.mjs")
        .replace("step.mjs", "step.js"),
    )
    .join("\n");
}

function hintFor(name: string, text: string): string {
  if (/ENETUNREACH|ECONNREFUSED|EAI_AGAIN|Network is unreachable|Connection refused|name resolution/.test(text))
    return ". The step has no network but to the hosts that its field hosts names.";
  if (name === "ModuleNotFoundError" || text.includes("ERR_MODULE_NOT_FOUND") || /Cannot find package/.test(text))
    return ". A step has what comes with the language and the system, and no packages.";
  if (/ENOSPC|No space left/.test(text)) return ". /tmp and /home hold 64 MB each.";
  return "";
}
