/** Every table and column of the database. A test compares it with the database's own catalogs. */
import { days, open, table, untilRunEnds, years, type Table } from "./declare.ts";

export const TABLES = {
  settings: table(1, "settings", "installation", open, false, { name: [1, "fact"], value: [2, "fact"] }),
  schema_migrations: table(2, "schema_migrations", "installation", open, false, {
    version: [1, "fact"], name: [2, "fact"], digest: [3, "fact"], applied_at: [4, "fact"],
  }),
  workers: table(3, "workers", "installation", open, false, {
    id: [1, "fact"], beat: [2, "fact"], epoch: [3, "fact"], host: [4, "fact"], process: [5, "fact"], started_at: [6, "fact"],
  }),
  organizations: table(10, "organizations", "organization", open, true, { id: [1, "fact"], name: [2, "label"], created_at: [3, "fact"] }),
  projects: table(11, "projects", "organization", open, true, {
    organization: [1, "fact"], id: [2, "fact"], slug: [3, "label"], name: [4, "label"], time_zone: [5, "fact"], created_at: [6, "fact"],
  }),
  members: table(12, "members", "organization", open, true, {
    organization: [1, "fact"], id: [2, "fact"], email: [3, "personal"], name: [4, "personal"], role: [5, "fact"], created_at: [6, "fact"],
  }),
  api_keys: table(13, "api_keys", "project", open, true, {
    organization: [1, "fact"], project: [2, "fact"], id: [3, "fact"], name: [4, "label"], prefix: [5, "fact"], hash: [6, "secret"],
    member: [7, "fact"], created_at: [8, "fact"], last_used_at: [9, "fact"], expires_at: [10, "fact"], revoked_at: [11, "fact"],
  }),
  browser_sessions: table(14, "browser_sessions", "project", days(90), false, {
    organization: [1, "fact"], project: [2, "fact"], hash: [3, "secret"], member: [4, "fact"], created_at: [5, "fact"], expires_at: [6, "fact"],
  }),
  flows: table(20, "flows", "project", open, true, {
    organization: [1, "fact"], project: [2, "fact"], id: [3, "fact"], slug: [4, "label"], name: [5, "label"], draft: [6, "content", "project"],
    draft_digest: [7, "fact"], draft_problems: [8, "fact"], version: [9, "fact"], version_digest: [10, "fact"], paused: [11, "fact"],
    created_at: [12, "fact"], updated_at: [13, "fact"], deleted_at: [14, "fact"],
  }),
  flow_versions: table(21, "flow_versions", "project", open, true, {
    project: [1, "fact"], flow: [2, "fact"], version: [3, "fact"], definition: [4, "content", "project"], digest: [5, "fact"],
    published_at: [6, "fact"], published_by: [7, "fact"],
  }),
  triggers: table(22, "triggers", "project", open, true, {
    organization: [1, "fact"], project: [2, "fact"], id: [3, "fact"], flow: [4, "fact"], name: [5, "label"], kind: [6, "fact"],
    version: [7, "fact"], active: [8, "fact"], token: [9, "secret", "project"], token_hash: [10, "secret"],
  }),
  schedules: table(23, "schedules", "project", open, true, {
    project: [1, "fact"], trigger: [2, "fact"], rule_digest: [3, "fact"], anchor_at: [4, "fact"], due_at: [5, "fact"], last_due: [6, "fact"],
  }),
  credentials: table(24, "credentials", "project", open, true, {
    organization: [1, "fact"], project: [2, "fact"], id: [3, "fact"], slug: [4, "label"], kind: [5, "fact"], header: [6, "label"],
    hosts: [7, "label"], secret: [8, "secret", "project"], set_at: [9, "fact"], set_by: [10, "fact"],
  }),
  variables: table(25, "variables", "project", open, true, {
    organization: [1, "fact"], project: [2, "fact"], name: [3, "label"], value: [4, "content", "project"], set_at: [5, "fact"],
  }),
  runs: table(30, "runs", "project", days(90), true, {
    project: [1, "fact"], id: [2, "fact"], flow: [3, "fact"], version: [4, "fact"], trigger: [5, "label"], status: [6, "fact"],
    records: [7, "fact"], steps: [8, "fact"], effects: [9, "fact"], bytes: [10, "fact"], started_at: [11, "fact"], ended_at: [12, "fact"],
    error_code: [13, "fact"], failing_step: [14, "label"], parent: [15, "fact"], retry_of: [16, "fact"], labels: [17, "label"],
  }),
  segments: table(31, "segments", "project", days(90), true, {
    project: [1, "fact"], run: [2, "fact"], first: [3, "fact"], last: [4, "fact"], body: [5, "content", "run"],
  }),
  private_values: table(32, "private_values", "project", untilRunEnds, false, {
    project: [1, "fact"], run: [2, "fact"], first: [3, "fact"], body: [4, "content", "run"],
  }),
  queue: table(33, "queue", "project", untilRunEnds, false, {
    project: [1, "fact"], run: [2, "fact"], due_at: [3, "fact"], fence: [4, "fact"], worker: [5, "fact"], crashes: [6, "fact"],
  }),
  inbox: table(34, "inbox", "project", untilRunEnds, false, {
    project: [1, "fact"], run: [2, "fact"], id: [3, "fact"], kind: [4, "fact"], body: [5, "content", "run"],
  }),
  deliveries: table(35, "deliveries", "project", days(90), false, {
    project: [1, "fact"], trigger: [2, "fact"], key: [3, "fact"], run: [4, "fact"], received_at: [5, "fact"],
  }),
  blobs: table(36, "blobs", "project", days(90), false, {
    project: [1, "fact"], address: [2, "fact"], bytes: [3, "fact"], stored_at: [4, "fact"],
  }),
  blob_references: table(37, "blob_references", "project", days(90), false, { project: [1, "fact"], run: [2, "fact"], address: [3, "fact"] }),
  idempotency_keys: table(38, "idempotency_keys", "project", days(1), false, {
    project: [1, "fact"], principal: [2, "fact"], route: [3, "fact"], key: [4, "fact"], body_digest: [5, "fact"], status: [6, "fact"],
    answer: [7, "content", "project"], created_at: [8, "fact"],
  }),
  audit_batches: table(40, "audit_batches", "organization", years(7), true, {
    organization: [1, "fact"], chain: [2, "fact"], seq: [3, "fact"], recorded_at: [4, "fact"], previous: [5, "fact"], digest: [6, "fact"],
    entries: [7, "fact"],
  }),
} as const satisfies Record<string, Table>;

/** Where a sealed value lives, by permanent numbers. */
export function placeOf<T extends keyof typeof TABLES>(
  name: T,
  column: keyof (typeof TABLES)[T]["columns"] & string,
): { readonly table: number; readonly column: number } {
  const declared: Table = TABLES[name];
  return { table: declared.number, column: declared.columns[column]!.number };
}
