import type { ImapAnswer } from "../../core/ports/imap-client.ts";

type Failed = Extract<ImapAnswer, { readonly kind: "failed" | "refused" }>;

/** Why a task ended without its result; what is told is told to whoever asked. */
export class TaskFailure extends Error {
  readonly answer: Failed;

  constructor(answer: Failed) {
    super(answer.message);
    this.name = "TaskFailure";
    this.answer = answer;
  }
}

/** Of the other side: there is no such thing, or it says no. */
export function no(
  code: "provider_not_found" | "provider_rejected" | "response_too_large",
  message: string,
): TaskFailure {
  return new TaskFailure({ kind: "failed", code, message });
}

export const CANCELLED = {
  kind: "refused",
  code: "cancelled",
  message: "It was cancelled before anything was changed.",
} as const;
