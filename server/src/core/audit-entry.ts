/** One administrative act or effect, or its refusal: ids and codes only, never content. */
export type AuditEntry = {
  readonly atMs: number;
  readonly project: string | null;
  /** `member:<id>`, `key:<id>`, `flow:<id>`, `schedule:<id>`, `system`. */
  readonly actor: string;
  /** `effect.intent`, `effect.outcome`, `effect.refused`, `credential.set`, … */
  readonly action: string;
  /** What it was done to: a run and step, a credential, a flow. */
  readonly target: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
};
