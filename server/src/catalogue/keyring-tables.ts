/** How far old keys are out of use. Numbers 110 to 119. */
import { open, table, type Table } from "./declare.ts";

export const keyringTables = {
  reseals: table(110, "reseals", "project", open, false, {
    organization: [1, "fact"],
    project: [2, "fact"],
    part: [3, "fact"],
    epoch: [4, "fact"],
    due_at: [5, "fact"],
    // The key of a row: ids, and names that people gave to variables.
    after: [6, "label"],
    resealed: [7, "fact"],
    kept: [8, "fact"],
    done_at: [9, "fact"],
  }),
} as const satisfies Record<string, Table>;
