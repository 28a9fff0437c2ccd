/** Numbers 80 to 99. */
import { days, table, type Table } from "./declare.ts";

export const installationTables = {
  outbox: table(80, "outbox", "project", days(30), false, {
    organization: [1, "fact"],
    project: [2, "fact"],
    id: [3, "fact"],
    template: [4, "fact"],
    recipient: [5, "fact"],
    body: [6, "secret", "project"],
    status: [7, "fact"],
    attempt: [8, "fact"],
    run: [9, "fact"],
    error_code: [10, "fact"],
    created_at: [11, "fact"],
    expires_at: [12, "fact"],
    ended_at: [13, "fact"],
  }),
  outbound_connections: table(81, "outbound_connections", "installation", days(90), false, {
    hour: [1, "fact"],
    host: [2, "label"],
    port: [3, "fact"],
    purpose: [4, "fact"],
    count: [5, "fact"],
    bytes: [6, "fact"],
    first_at: [7, "fact"],
    last_at: [8, "fact"],
  }),
  // What is counted, and for whom as a keyed digest; forgotten with its window, of which the longest has 30 days.
  rate_limits: table(90, "rate_limits", "installation", days(30), false, {
    key: [1, "personal"],
    points: [2, "fact"],
    expire: [3, "fact"],
  }),
  request_log: table(91, "request_log", "project", days(90), true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    id: [3, "fact"],
    minute: [4, "fact"],
    principal: [5, "fact"],
    route: [6, "fact"],
    method: [7, "fact"],
    status: [8, "fact"],
    address: [9, "personal"],
    client: [10, "personal"],
    client_version: [11, "personal"],
    count: [12, "fact"],
    latency_ms_sum: [13, "fact"],
    latency_ms_max: [14, "fact"],
  }),
} as const satisfies Record<string, Table>;
