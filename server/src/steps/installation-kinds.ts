import type { StepKind, StepKinds } from "../core/step-kind.ts";
import { approvalMessage } from "./approval-message.ts";
import { mail } from "./mail.ts";
import { revoke } from "./revoke.ts";

/** The kinds that the installation's own flows may use; every other project's are `kinds`, which have none of these. */
export function installationKinds(kinds: StepKinds): StepKinds {
  const own = [mail, revoke, approvalMessage] as readonly StepKind[];
  return new Map([...kinds, ...own.map((kind) => [kind.kind, kind] as const)]);
}
