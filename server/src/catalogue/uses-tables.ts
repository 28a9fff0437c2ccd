/** What published versions act with, and what is left to do when that ends. Numbers 150 to 154. */
import { days, open, table, type Table } from "./declare.ts";

export const usesTables = {
  flow_uses: table(150, "flow_uses", "project", open, true, {
    project: [1, "fact"],
    flow: [2, "fact"],
    version: [3, "fact"],
    kind: [4, "fact"],
    name: [5, "label"],
    action: [6, "fact"],
  }),
  endings: table(151, "endings", "project", open, true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    id: [3, "fact"],
    kind: [4, "fact"],
    thing: [5, "fact"],
    name: [6, "label"],
    uses: [7, "label"],
    flows: [8, "fact"],
    paused: [9, "label"],
    by: [10, "fact"],
    at: [11, "fact"],
    told: [12, "fact"],
    looked_at: [13, "fact"],
    cancelled: [14, "fact"],
    due_at: [15, "fact"],
  }),
  ending_runs: table(152, "ending_runs", "project", days(1), false, {
    project: [1, "fact"],
    ending: [2, "fact"],
    run: [3, "fact"],
  }),
} as const satisfies Record<string, Table>;
