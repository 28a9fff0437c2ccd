import type { StepKind, StepKinds } from "../core/step-kind.ts";
import { mail } from "./mail.ts";
import { revoke } from "./revoke.ts";

/** The kinds that the installation's own flows may use; every other project's are `kinds`, which have none of these. */
export function installationKinds(kinds: StepKinds): StepKinds {
  return new Map([...kinds, [mail.kind, mail as StepKind], [revoke.kind, revoke as StepKind]]);
}
