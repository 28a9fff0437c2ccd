/** What an approval's effect was asked with, by name: what its grant is looked up by. */
import type { Transaction } from "../core/ports/database.ts";
import type { ApprovalRow } from "./approvals.ts";

export interface ApprovalRefs {
  /** The account that started the run; null where no person did, and once the run is gone. */
  readonly starter: string | null;
  /** The connection's slug, and the account whose it is. */
  readonly connection: string | null;
  readonly owner: string | null;
  /** The slug of the credential that the grant is on. */
  readonly credential: string | null;
}

/** Three probes of primary keys. */
export async function readApprovalRefs(
  tx: Transaction,
  project: string,
  { run, connection, grant }: Pick<ApprovalRow, "run" | "connection" | "grant">,
): Promise<ApprovalRefs> {
  const { rows } = await tx.query<ApprovalRefs>({
    name: "read_approval_refs",
    text: `select (select starter from steward.runs where project = $1 and id = $2) as starter, c.slug as connection, c.owner,
        (select credential from steward.grants where project = $1 and id = $4) as credential
      from (values (1)) as one left join steward.connections c on c.project = $1 and c.id = $3`,
    values: [project, run, connection, grant],
  });
  return rows[0] ?? { starter: null, connection: null, owner: null, credential: null };
}
