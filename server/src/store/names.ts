/** What people call things, for answers that hold their ids only. Each statement is bounded by the ids it is given. */
import type { Database, Transaction } from "../core/ports/database.ts";

export interface NamedRow {
  readonly kind: "mem" | "acc" | "prj" | "rol";
  readonly id: string;
  readonly name: string;
}

/** Members, those who left too, by their ids or their accounts'; projects and custom roles. By primary key but for accounts (index on organization). In the organization's scope. */
export async function readNames(
  tx: Transaction,
  organization: string,
  ids: Readonly<Record<NamedRow["kind"], readonly string[]>>,
): Promise<readonly NamedRow[]> {
  const { rows } = await tx.query<NamedRow>({
    name: "read_names",
    text: `select 'mem' as kind, id, name from steward.members where organization = $1 and id = any($2::uuid[])
      union all select 'acc', account, max(name) from steward.members where organization = $1 and account = any($3::uuid[]) group by account
      union all select 'prj', id, name from steward.projects where organization = $1 and id = any($4::uuid[])
      union all select 'rol', id, name from steward.roles where organization = $1 and id = any($5::uuid[])`,
    values: [organization, ids.mem, ids.acc, ids.prj, ids.rol],
  });
  return rows;
}

/** Keys of any project of the organization, ended ones too. As steward_dispatch. */
export async function readKeyNames(
  dispatch: Database,
  organization: string,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string; readonly project: string }[]> {
  const { rows } = await dispatch.query<{ id: string; name: string; project: string }>({
    name: "read_key_names",
    text: "select id, name, project from steward.api_keys where organization = $1 and id = any($2::uuid[])",
    values: [organization, ids],
  });
  return rows;
}
