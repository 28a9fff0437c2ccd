import { type Grant, GrantForm, type GrantVersion } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import { AppError } from "../core/errors.ts";
import { diffGrants } from "../core/policy/diff.ts";
import { grantSentences } from "../core/policy/sentence.ts";
import { cursorOf, type Page, type PageQuery } from "../people/page.ts";
import { findGrant, type GrantRow, listGrants as listRows, listVersions } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { readFormNames } from "./form-names.ts";
import { type GrantCaller, type GrantParts, knowing } from "./grant-parts.ts";
import { notHere, uuidOf } from "./grant-refusals.ts";
import { showGrant } from "./show-grant.ts";
import { versionsWith } from "./show-versions.ts";

interface Query extends PageQuery {
  readonly principal?: string | undefined;
  readonly connection?: string | undefined;
  readonly credential?: string | undefined;
  readonly ended: "true" | "false";
}

/** Grants of the project, the oldest first, each in words. */
export async function listGrants(parts: GrantParts, caller: GrantCaller, query: Query): Promise<Page<Grant>> {
  const { limit, principal = null, connection = null, credential = null, ended } = query;
  const rows = await listRows(parts.database, caller.scope, {
    principal,
    connection,
    credential,
    ended: ended === "true",
    after: cursorOf("grt", query),
    limit: limit + 1,
  });
  const items = await showAll(parts, caller, rows.slice(0, limit));
  return { items, next: rows.length > limit ? items.at(-1)!.id : null };
}

export async function getGrant(parts: GrantParts, caller: GrantCaller, shown: string): Promise<Grant> {
  const row = await findGrant(parts.database, caller.scope, "grant", uuidOf("grt", shown));
  if (row === null) throw notHere("grt", shown);
  const [grant] = await showAll(parts, caller, [row]);
  return grant!;
}

async function showAll(
  parts: GrantParts,
  { scope, permissions }: GrantCaller,
  rows: readonly GrantRow[],
): Promise<Grant[]> {
  if (rows.length === 0) return [];
  const { database, clock, actions } = await knowing(parts, scope);
  const forms = rows.map(({ form }) => GrantForm.parse(form));
  const seen = { granters: rows.map(({ givenBy }) => givenBy), permissions, actions };
  const names = await inScope(database, scope, (tx) => readFormNames(tx, scope, forms, seen));
  return rows.map((row) => showGrant(row, names, clock.nowMs()));
}

/** Every form that a grant has had, the newest first, with what each changed. */
export async function listGrantVersions(
  parts: GrantParts,
  caller: GrantCaller,
  shown: string,
  query: PageQuery,
): Promise<Page<GrantVersion>> {
  const { scope, permissions } = caller;
  const { database, actions } = await knowing(parts, scope);
  const row = await findGrant(database, scope, "grant", uuidOf("grt", shown));
  if (row === null) throw notHere("grt", shown);
  const rows = await listVersions(database, scope, row.id, { below: versionCursor(query), limit: query.limit + 1 });
  const parsed = rows.map((one) => ({ ...one, form: GrantForm.parse(one.form) }));
  const seen = { granters: rows.map(({ by }) => parseId("acc", by)), permissions, actions };
  const names = await inScope(database, scope, (tx) =>
    readFormNames(
      tx,
      scope,
      parsed.map(({ form }) => form),
      seen,
    ),
  );
  return versionsWith(parsed, query.limit, {
    words: (form) => grantSentences(form, names(null)),
    changes: (before, after) => diffGrants(before, after, names(null)),
  });
}

/** The version that a page goes on below; null for the first. */
export function versionCursor({ cursor }: PageQuery): number | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,9}$/.test(cursor)) throw new AppError("invalid_request", "The cursor is not one that this list gave.");
  return Number(cursor);
}
