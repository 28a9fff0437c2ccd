/** Mail domains of organizations. In the scope of their organization, but for what dispatch finds. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";

export interface DomainRow {
  readonly id: string;
  readonly domain: string;
  readonly token: string;
  readonly createdAt: number;
  readonly verifiedAt: number | null;
  readonly checkedAt: number | null;
  readonly failingSince: number | null;
}

const DOMAIN = `id, domain, token, created_at as "createdAt", verified_at as "verifiedAt", checked_at as "checkedAt",
  failing_since as "failingSince"`;

export function insertDomain(organization: string, row: DomainRow): Statement {
  return {
    name: "insert_sign_on_domain",
    text: `insert into steward.sign_on_domains (organization, id, domain, token, created_at)
      values ($1, $2, $3, $4, to_timestamp($5))`,
    values: [organization, row.id, row.domain, row.token, row.createdAt / 1000],
  };
}

/** By age. There are few: their number is limited. */
export async function listDomains(tx: Transaction, organization: string): Promise<readonly DomainRow[]> {
  const { rows } = await tx.query<DomainRow>({
    name: "list_sign_on_domains",
    text: `select ${DOMAIN} from steward.sign_on_domains where organization = $1 order by id`,
    values: [organization],
  });
  return rows;
}

/** Notes a look for the record. Violates `sign_on_domains_verified` when another organization holds the domain. */
export function setDomainChecked(
  organization: string,
  { id, verifiedAt, checkedAt, failingSince }: Pick<DomainRow, "id" | "verifiedAt" | "checkedAt" | "failingSince">,
): Statement {
  return {
    name: "set_sign_on_domain_checked",
    text: `update steward.sign_on_domains set verified_at = to_timestamp($3), checked_at = to_timestamp($4),
      failing_since = to_timestamp($5) where organization = $1 and id = $2`,
    values: [organization, id, seconds(verifiedAt), seconds(checkedAt), seconds(failingSince)],
  };
}

export function deleteDomain(organization: string, id: string): Statement {
  return {
    name: "delete_sign_on_domain",
    text: "delete from steward.sign_on_domains where organization = $1 and id = $2",
    values: [organization, id],
  };
}

/** Domains that count and were last looked at before then, the longest ago first. As steward_dispatch. */
export async function listDueDomains(
  dispatch: Database,
  beforeMs: number,
  limit: number,
): Promise<readonly { readonly organization: string; readonly id: string }[]> {
  const { rows } = await dispatch.query<{ organization: string; id: string }>({
    name: "list_due_sign_on_domains",
    text: `select organization, id from steward.sign_on_domains
      where verified_at is not null and checked_at < to_timestamp($1) order by checked_at limit $2`,
    values: [beforeMs / 1000, limit],
  });
  return rows;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
