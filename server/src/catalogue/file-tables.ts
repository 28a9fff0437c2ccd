/** The project's volume. Numbers 70 to 79. */
import { days, open, table, type Table } from "./declare.ts";

export const fileTables = {
  file_volumes: table(70, "file_volumes", "project", open, false, {
    organization: [1, "fact"],
    project: [2, "fact"],
    bytes: [3, "fact"],
    files: [4, "fact"],
  }),
  file_uploads: table(71, "file_uploads", "project", days(1), false, {
    project: [1, "fact"],
    id: [2, "fact"],
    bytes: [3, "fact"],
    expires_at: [4, "fact"],
  }),
  // Paths are labels: plain, so that they can be listed and searched. What lies at them is sealed.
  files: table(72, "files", "project", open, true, {
    project: [1, "fact"],
    id: [2, "fact"],
    path: [3, "label"],
    media_type: [4, "fact"],
    bytes: [5, "fact"],
    version: [6, "fact"],
    created_at: [7, "fact"],
    created_by: [8, "fact"],
    updated_at: [9, "fact"],
    updated_by: [10, "fact"],
    deleted_at: [11, "fact"],
  }),
  file_versions: table(73, "file_versions", "project", open, true, {
    project: [1, "fact"],
    file: [2, "fact"],
    version: [3, "fact"],
    media_type: [4, "fact"],
    bytes: [5, "fact"],
    chunks: [6, "content", "project"],
    created_at: [7, "fact"],
    created_by: [8, "fact"],
    replaced_at: [9, "fact"],
  }),
  file_chunks: table(74, "file_chunks", "project", open, false, {
    project: [1, "fact"],
    file: [2, "fact"],
    version: [3, "fact"],
    address: [4, "fact"],
  }),
} as const satisfies Record<string, Table>;
