import type { CodeFailureReason } from "./ports/code-runner.ts";
import type { Retryable } from "./step-kind.ts";

const RETRY: Readonly<Record<CodeFailureReason, Retryable>> = {
  threw: "policy",
  timeout: "policy",
  overloaded: "policy",
  crashed: "policy",
  memory: "never",
  output_too_large: "never",
  unavailable: "never",
  not_json: "never",
  cancelled: "never",
};
const BY_CODE: ReadonlyMap<string, Retryable> = new Map(
  Object.entries(RETRY).map(([reason, retry]) => [`code_${reason}`, retry]),
);

/** Whether code that failed so may succeed at another attempt. */
export function retryOfCode(reason: CodeFailureReason): Retryable {
  return RETRY[reason];
}

/** The same by the code of a step's error; what is none of code's own is for the step's policy. */
export function retryOfCodeError(code: string): Retryable {
  return BY_CODE.get(code) ?? "policy";
}
