/** The ledger of what left for outside, and what limits of organizations said before. Numbers 155 to 159. */
import { days, open, table, type Table } from "./declare.ts";

export const outboundTables = {
  outbound_effects: table(155, "outbound_effects", "project", days(90), true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    cause: [3, "fact"],
    id: [4, "fact"],
    place: [5, "label"],
    attempt: [6, "fact"],
    flow: [7, "label"],
    action: [8, "fact"],
    host: [9, "label"],
    connection: [10, "fact"],
    credential: [11, "fact"],
    decided_by: [12, "fact"],
    line: [13, "fact"],
    approval: [14, "fact"],
    times: [15, "fact"],
    calls: [16, "fact"],
    outcome: [17, "fact"],
    code: [18, "fact"],
    ms: [19, "fact"],
    tokens: [20, "fact"],
    cost_micro: [21, "fact"],
    currency: [22, "fact"],
    at: [23, "fact"],
    ended_at: [24, "fact"],
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
