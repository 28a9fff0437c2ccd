/** What the page asks about an audit log: an organization's, or the installation's own. */
import { type AuditFilter, type Client, routes } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

/** Whose log: an organization's id, or the installation's own. */
export type AuditOf = { readonly organization: string } | "installation";

const keyOf = (of: AuditOf) => ["audit", of === "installation" ? of : of.organization];

export const auditKeys = {
  sinks: (organization: string) => [...keyOf({ organization }), "sinks"],
} as const;

export const auditQuery = (client: Client, of: AuditOf, filter: AuditFilter) =>
  paged([...keyOf(of), "entries", filter], (at) =>
    of === "installation"
      ? client.listInstallationAudit({ ...filter, ...at })
      : client.listAudit({ ...of, ...filter, ...at }),
  );

export const auditHeadsQuery = (client: Client, organization: string) =>
  paged([...keyOf({ organization }), "heads"], (at) => client.listAuditHeads({ organization, ...at }));

export const auditSigningKeysQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: [...keyOf({ organization }), "keys"],
    queryFn: ({ signal }) => client.listAuditKeys({ organization, signal }),
  });

export const auditSinksQuery = (client: Client, organization: string) =>
  paged(auditKeys.sinks(organization), ({ signal }) => client.listAuditSinks({ organization, signal }));

/** Where the log streams from as a file: a link, since no page should hold it. */
export function auditExportAddress(of: AuditOf, { from, to }: Pick<AuditFilter, "from" | "to">): string {
  const path =
    of === "installation"
      ? routes.exportInstallationAudit.path
      : routes.exportAudit.path.replace("{organization}", encodeURIComponent(of.organization));
  const span = new URLSearchParams(
    Object.entries({ from, to }).filter((one): one is [string, string] => one[1] !== undefined),
  );
  return span.size === 0 ? path : `${path}?${span.toString()}`;
}
