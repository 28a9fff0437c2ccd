/** What the audit says before something is done, and what it says after: an intent without an outcome was cut off, or is under way. */
export interface AuditIntent {
  readonly intent: string;
  readonly outcome: string;
  /** Facts that both have alike, beside the target: two at most. */
  readonly alike: readonly string[];
}

export const AUDIT_INTENTS: readonly AuditIntent[] = [
  { intent: "effect.intent", outcome: "effect.outcome", alike: ["attempt", "digest"] },
  { intent: "project.shredding", outcome: "project.shredded", alike: [] },
  { intent: "organization.shredding", outcome: "organization.purged", alike: [] },
  { intent: "keyring.rotation_begun", outcome: "keyring.rotated", alike: [] },
  { intent: "keyring.retiring", outcome: "keyring.retired", alike: ["class", "epoch"] },
  { intent: "table.creating", outcome: "table.created", alike: [] },
  { intent: "table.changing", outcome: "table.changed", alike: [] },
  { intent: "table.dropping", outcome: "table.dropped", alike: [] },
  { intent: "table.importing", outcome: "table.imported", alike: [] },
];
