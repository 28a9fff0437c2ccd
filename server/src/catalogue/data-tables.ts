/** The projects' own databases. Numbers 60 to 69. */
import { open, table, type Table } from "./declare.ts";

export const dataTables = {
  project_databases: table(60, "project_databases", "project", open, false, {
    organization: [1, "fact"],
    project: [2, "fact"],
    name: [3, "fact"],
    password: [4, "secret", "project"],
    state: [5, "fact"],
    created_at: [6, "fact"],
    bytes: [7, "fact"],
    tables: [8, "fact"],
    measured_at: [9, "fact"],
  }),
} as const satisfies Record<string, Table>;
