/** People: members, roles, invitations, support access. Numbers 15 to 19 and 50 to 59. */
import { open, table, years, type Table } from "./declare.ts";

export const peopleTables = {
  roles: table(15, "roles", "organization", open, true, {
    organization: [1, "fact"],
    id: [2, "fact"],
    name: [3, "label"],
    permissions: [4, "fact"],
    created_at: [5, "fact"],
  }),
  project_members: table(16, "project_members", "organization", open, true, {
    organization: [1, "fact"],
    project: [2, "fact"],
    member: [3, "fact"],
    role: [4, "fact"],
    custom_role: [5, "fact"],
    set_at: [6, "fact"],
  }),
  invitations: table(17, "invitations", "organization", open, true, {
    organization: [1, "fact"],
    id: [2, "fact"],
    email: [3, "personal"],
    role: [4, "fact"],
    custom_role: [5, "fact"],
    token_hash: [6, "secret"],
    invited_by: [7, "fact"],
    created_at: [8, "fact"],
    expires_at: [9, "fact"],
    accepted_at: [10, "fact"],
    revoked_at: [11, "fact"],
  }),
  support_consents: table(18, "support_consents", "organization", years(7), true, {
    organization: [1, "fact"],
    id: [2, "fact"],
    reason: [3, "label"],
    granted_by: [4, "fact"],
    granted_at: [5, "fact"],
    expires_at: [6, "fact"],
    revoked_at: [7, "fact"],
  }),
  operators: table(19, "operators", "installation", open, false, { account: [1, "fact"], created_at: [2, "fact"] }),
} as const satisfies Record<string, Table>;
