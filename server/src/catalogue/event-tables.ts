/** Triggers of connectors. Numbers 140 to 149. */
import { open, table, type Table } from "./declare.ts";

export const eventTables = {
  event_hooks: table(141, "event_hooks", "project", open, true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    id: [3, "fact"],
    trigger: [4, "fact"],
    connection: [5, "fact"],
    event: [6, "fact"],
    state: [7, "fact"],
    kept: [8, "content", "project"],
    made_at: [9, "fact"],
  }),
  event_triggers: table(140, "event_triggers", "project", open, true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    trigger: [3, "fact"],
    event: [4, "fact"],
    connection: [5, "label"],
    rule: [6, "fact"],
    kind: [7, "fact"],
    used: [8, "fact"],
    status: [9, "fact"],
    why: [10, "fact"],
    error: [11, "content", "project"],
    cursor: [12, "content", "project"],
    secret: [13, "secret", "project"],
    tries: [14, "fact"],
    failures: [15, "fact"],
    refused: [16, "fact"],
    seen_at: [17, "fact"],
    due_at: [18, "fact"],
    claimed_by: [19, "fact"],
    claimed_until: [20, "fact"],
  }),
} as const satisfies Record<string, Table>;
