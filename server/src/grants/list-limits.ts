import { type Limit, LimitForm, type LimitVersion } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import { diffLimits } from "../core/policy/diff.ts";
import { limitSentences } from "../core/policy/sentence.ts";
import type { Page, PageQuery } from "../people/page.ts";
import { findGrant, listStanding, listVersions } from "../store/grants.ts";
import { listOrganizationLimits } from "../store/limits.ts";
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

/** Every form that a limit of the project has had, the newest first, with what each changed. */
export async function listLimitVersions(
  parts: GrantParts,
  { scope, permissions }: GrantCaller,
  shown: string,
  query: PageQuery,
): Promise<Page<LimitVersion>> {
  const { database, actions } = await knowing(parts, scope);
  const row = await findGrant(database, scope, "limit", uuidOf("lim", shown));
  if (row === null) throw notHere("lim", shown);
  const rows = await listVersions(database, scope, row.id, { below: versionCursor(query), limit: query.limit + 1 });
  const parsed = rows.map((one) => ({ ...one, form: LimitForm.parse(one.form) }));
  const forms = parsed.map(({ form }) => form);
  const seen = { granters: rows.map(({ by }) => parseId("acc", by)), permissions, actions };
  const names = await inScope(database, scope, (tx) => readFormNames(tx, scope, forms, seen));
  return versionsWith(parsed, query.limit, {
    words: (form) => limitSentences(form, names(null)),
    changes: (before, after) => diffLimits(before, after, names(null)),
  });
}
