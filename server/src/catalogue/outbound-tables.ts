/** The ledger of what left for outside, and what limits of organizations said before. Numbers 155 to 159. */
import { days, open, table, type Table } from "./declare.ts";

export const outboundTables = {
  outbound_effects: table(155, "outbound_effects", "project", days(90), true, {
    project: [1, "fact"],
    cause: [2, "fact"],
    id: [3, "fact"],
    place: [4, "label"],
    attempt: [5, "fact"],
    flow: [6, "label"],
    action: [7, "fact"],
    host: [8, "label"],
    connection: [9, "fact"],
    credential: [10, "fact"],
    decided_by: [11, "fact"],
    line: [12, "fact"],
    approval: [13, "fact"],
    times: [14, "fact"],
    calls: [15, "fact"],
    outcome: [16, "fact"],
    code: [17, "fact"],
    ms: [18, "fact"],
    tokens: [19, "fact"],
    cost_micro: [20, "fact"],
    currency: [21, "fact"],
    at: [22, "fact"],
    ended_at: [23, "fact"],
  }),
  organization_limit_versions: table(156, "organization_limit_versions", "organization", open, true, {
    organization: [1, "fact"],
    of_limit: [2, "fact"],
    version: [3, "fact"],
    form: [4, "label"],
    at: [5, "fact"],
    by: [6, "fact"],
  }),
} as const satisfies Record<string, Table>;
