import { type Limit, LimitForm, type LimitVersion } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import { diffLimits } from "../core/policy/diff.ts";
import { limitSentences } from "../core/policy/sentence.ts";
import type { Page, PageQuery } from "../people/page.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findGrant, listStanding, listVersions, type VersionRow } from "../store/grants.ts";
import {
  listOrganizationLimits,
  listOrganizationLimitVersions as listVersionsAbove,
  readOrganizationLimit,
} from "../store/limits.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { readFormNames } from "./form-names.ts";
import { type GrantCaller, type GrantParts, knowing } from "./grant-parts.ts";
import { notHere, uuidOf } from "./grant-refusals.ts";
import { versionCursor } from "./list-grants.ts";
import { factsOf } from "./organization-limits.ts";
import { LIMITS_MAX } from "./set-limit.ts";
import { type LimitFacts, showLimit } from "./show-grant.ts";
import { versionsWith } from "./show-versions.ts";

/** All that bind the project now: its organization's, then its own, the oldest first. */
export async function listLimits(parts: GrantParts, { scope, permissions }: GrantCaller): Promise<Limit[]> {
  const { database, actions } = await knowing(parts, scope);
  return await inScope(database, scope, async (tx) => {
    const above = await listOrganizationLimits(tx, scope.organization, LIMITS_MAX);
    const own = await listStanding(tx, scope.project, "limit", LIMITS_MAX);
    const rows: LimitFacts[] = [
      ...above.map(factsOf),
      ...own.map((row) => ({ ...row, granter: row.givenBy, project: scope.project })),
    ];
    const forms = rows.map(({ form }) => LimitForm.parse(form));
    const granters = rows.map(({ granter }) => granter);
    const names = await readFormNames(tx, scope, forms, { granters, permissions, actions });
    return rows.map((row) => showLimit(row, names));
  });
}

/**
 * Every form that a limit has had which binds the project, the newest first, with what each changed: one of its own, or of
 * its organization.
 */
export async function listLimitVersions(
  parts: GrantParts,
  { scope, permissions }: GrantCaller,
  shown: string,
  query: PageQuery,
): Promise<Page<LimitVersion>> {
  const { database, actions } = await knowing(parts, scope);
  const id = uuidOf("lim", shown);
  const page = { below: versionCursor(query), limit: query.limit + 1 };
  const own = await findGrant(database, scope, "limit", id);
  const rows = own === null ? null : await listVersions(database, scope, id, page);
  return await inScope(database, scope, async (tx) => {
    const found = rows ?? (await versionsAbove(tx, scope.organization, shown, page));
    return await showVersions(tx, scope, found, query.limit, { permissions, actions });
  });
}

/** The same of a limit of the organization, for whoever sees that. */
export async function listOrganizationLimitVersions(
  parts: GrantParts,
  { permissions }: Pick<GrantCaller, "permissions">,
  organization: string,
  shown: string,
  query: PageQuery,
): Promise<Page<LimitVersion>> {
  const { database, actions } = await knowing(parts, null);
  const page = { below: versionCursor(query), limit: query.limit + 1 };
  return await inScope(database, organizationScope(organization), async (tx) => {
    const found = await versionsAbove(tx, organization, shown, page);
    return await showVersions(tx, { organization, project: null }, found, query.limit, { permissions, actions });
  });
}

async function versionsAbove(
  tx: Transaction,
  organization: string,
  shown: string,
  page: { readonly below: number | null; readonly limit: number },
): Promise<readonly VersionRow[]> {
  const id = uuidOf("lim", shown);
  if ((await readOrganizationLimit(tx, organization, id)) === null) throw notHere("lim", shown);
  return await listVersionsAbove(tx, organization, id, page);
}

async function showVersions(
  tx: Transaction,
  place: Parameters<typeof readFormNames>[1],
  rows: readonly VersionRow[],
  limit: number,
  seen: Pick<Parameters<typeof readFormNames>[3], "permissions" | "actions">,
): Promise<Page<LimitVersion>> {
  const parsed = rows.map((one) => ({ ...one, form: LimitForm.parse(one.form) }));
  const forms = parsed.map(({ form }) => form);
  const granters = rows.map(({ by }) => parseId("acc", by));
  const names = await readFormNames(tx, place, forms, { granters, ...seen });
  return versionsWith(parsed, limit, {
    words: (form) => limitSentences(form, names(null)),
    changes: (before, after) => diffLimits(before, after, names(null)),
  });
}
