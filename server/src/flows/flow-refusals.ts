import { AppError } from "../core/errors.ts";
import type { FlowKind } from "../store/flows.ts";

export function noSuchTrigger(slug: string, trigger: string): AppError {
  const message = `the draft of "${slug}" has no trigger "${trigger}" of kind event`;
  return new AppError("not_found", message, { flow: slug, trigger });
}

export function noSuchFlow(slug: string, kind: FlowKind = "flow"): AppError {
  return new AppError("not_found", `there is no ${kind} "${slug}" in this project`, { [kind]: slug });
}
