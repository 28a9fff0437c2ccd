import type { AuditEntry } from "@steward/sdk";
import { exportAudit } from "../audit/export-audit.ts";
import { listAudit } from "../audit/list-audit.ts";
import { listAuditHeads } from "../audit/list-heads.ts";
import { createSink, listSinksOf, removeSink } from "../audit/manage-sinks.ts";
import { AppError } from "../core/errors.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { nameRefs } from "../people/name-refs.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import type { HttpParts } from "./http-parts.ts";
import type { OrganizationPrincipal } from "./principal.ts";
import type { Handlers, StreamedBody } from "./route-call.ts";

type AuditRoutes =
  | "listAudit"
  | "listAuditHeads"
  | "listAuditKeys"
  | "exportAudit"
  | "listAuditSinks"
  | "createAuditSink"
  | "deleteAuditSink"
  | "listInstallationAudit"
  | "exportInstallationAudit";

/** The audit log of an organization, and the installation's own for its operators. */
export function auditHandlers(parts: HttpParts): Pick<Handlers, AuditRoutes> {
  const keys = async (): Promise<ProjectKeys> => (await parts.projects.get(INSTALLATION_SCOPE)).keys;
  return {
    listAudit: async ({ principal, query }) => {
      const { items, next } = await listAudit(parts, principal.organization, query);
      const names = await nameRefs(parts, principal, principal.organization, textsOf(items));
      return { status: 200, body: { items: [...items], next, names } };
    },
    // Of the accounts of others an operator sees ids only: what they are called is their organizations'.
    listInstallationAudit: async ({ query }) => {
      const { items, next } = await listAudit(parts, INSTALLATION, query);
      return { status: 200, body: { items: [...items], next, names: {} } };
    },
    listAuditHeads: async ({ principal, query }) => {
      const { items, next } = await listAuditHeads(parts, principal.organization, query);
      return { status: 200, body: { items: [...items], next } };
    },
    listAuditKeys: async () => ({
      status: 200,
      body: { items: [...(await (await parts.heads.key()).list())], next: null },
    }),
    exportAudit: async ({ principal, query }) => exported(parts, principal.organization, query),
    exportInstallationAudit: async ({ query }) => exported(parts, INSTALLATION, query),
    listAuditSinks: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listSinksOf(parts, principal.organization))], next: null },
    }),
    createAuditSink: async ({ principal, body }) => ({
      status: 201,
      body: await createSink({ ...parts, keys }, callerOf(principal), body),
    }),
    deleteAuditSink: async ({ principal, params }) => {
      await removeSink(parts, callerOf(principal), params.sink);
      return { status: 204, body: null };
    },
  };
}

/** Where ids stand in entries. */
function* textsOf(entries: readonly AuditEntry[]): Generator<string> {
  for (const { actor, target, project, facts } of entries) {
    yield actor;
    yield target;
    if (project !== null) yield project;
    for (const fact of Object.values(facts)) if (typeof fact === "string") yield fact;
  }
}

function callerOf({ organization, member, shownId }: OrganizationPrincipal) {
  return { organization, member, shownId };
}

function exported(
  parts: HttpParts,
  organization: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): { readonly status: 200; readonly body: StreamedBody; readonly headers: Readonly<Record<string, string>> } {
  const fromMs = from === undefined ? null : Date.parse(from);
  const toMs = to === undefined ? null : Date.parse(to);
  if (fromMs !== null && toMs !== null && fromMs > toMs)
    throw new AppError("value_invalid", "from: it is after `to`", { field: "from" });
  return {
    status: 200,
    body: exportAudit(parts, organization, { fromMs, toMs }),
    headers: { "content-disposition": 'attachment; filename="steward-audit.jsonl"' },
  };
}
