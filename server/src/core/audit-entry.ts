/** One administrative act or effect, or its refusal: ids and codes only, never content. */
export type AuditEntry = {
  readonly atMs: number;
  readonly project: string | null;
  /** `mem_…`, `key_…`, `acc_…`, `flow:<id>`, `schedule:<id>`, `system`. */
  readonly actor: string;
  /** `noun.verb`: `effect.intent`, `effect.outcome`, `effect.refused`, `credential.set`, `member.removed`, `call.refused`, … */
  readonly action: string;
  /** What it was done to: a run and step, a credential, a flow. */
  readonly target: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
};

/** The entry of an act on something of a project; what the API names by slug or name is named by that: `flow:order`. */
export function actOn(
  project: string,
  actor: string,
  action: string,
  target: string,
  facts: AuditEntry["facts"],
  atMs: number,
): AuditEntry {
  return { atMs, project, actor, action, target, facts };
}
