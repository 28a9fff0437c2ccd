/** Limits of one project: they bind every grant of it, whoever gave it. */
import type { Limit, LimitForm } from "@steward/sdk";
import { shapesOf } from "../core/actions/known-action.ts";
import { actOn } from "../core/audit-entry.ts";
import { capsOfLimit } from "../core/budget/line-caps.ts";
import { showId } from "../core/id.ts";
import { checkLimit } from "../core/policy/check-grant.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { endLineCaps } from "../store/caps.ts";
import { shareConnection, shareCredential } from "../store/connection-refs.ts";
import { changeGrant, countStanding, endGrants, type GrantRow, insertGrant, lockGrant } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { checkNamed } from "./check-named.ts";
import { readFormNames } from "./form-names.ts";
import { jsonOf } from "./give-grant.ts";
import { type GrantCaller, type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { changedSince, isOver, noRoom, notHere, refuseForm, uuidOf } from "./grant-refusals.ts";
import { putCaps } from "./put-caps.ts";
import { showLimit } from "./show-grant.ts";
import { storedLimit } from "./stored-grant.ts";

/** That stand in one project, and in one organization. */
export const LIMITS_MAX = 100;

/** Sets a limit, from when it answers. Throws `value_invalid` naming the field, `conflict`. */
export async function setLimit(parts: GrantParts, caller: GrantCaller, form: LimitForm): Promise<Limit> {
  const { scope, shownId: by, account: givenBy } = caller;
  const known = await knowing(parts, scope);
  const limit = await inScope(parts.database, scope, async (tx) => {
    await requireLimitForm(known, tx, scope, form, "");
    if ((await countStanding(tx, scope.project, "limit")) >= LIMITS_MAX) throw noRoom("limits", LIMITS_MAX);
    const id = parts.ids.uuid();
    const atMs = parts.clock.nowMs();
    const about = { principal: form.on ?? null, connection: null, credential: null };
    const row = { id, kind: "limit", ...about, form: jsonOf(form), givenBy, by, atMs } as const;
    for (const statement of insertGrant(scope, row)) await tx.query(statement);
    const caps = capsOfLimit(storedLimit({ ...row, version: 1, createdAt: atMs }));
    await putCaps(tx, parts.ids, { ...scope, of: `limit:${showId("lim", id)}`, by, atMs }, caps);
    return await shownAndAudited(known, tx, caller, id, "limit.set", atMs);
  });
  await parts.grants.words.sayChanged(scope);
  return limit;
}

/** Throws `precondition_failed` when it has changed since `version`, and what `setLimit` throws. */
export async function changeLimit(
  parts: GrantParts,
  caller: GrantCaller,
  shown: string,
  { version, form }: { readonly version: number; readonly form: LimitForm },
): Promise<Limit> {
  const { scope, shownId: by, account: givenBy } = caller;
  const id = uuidOf("lim", shown);
  const known = await knowing(parts, scope);
  const limit = await inScope(parts.database, scope, async (tx) => {
    const row = await lockStanding(tx, scope, id, shown);
    if (row.version !== version) throw changedSince(shown, row.version);
    await requireLimitForm(known, tx, scope, form, "form");
    const atMs = parts.clock.nowMs();
    const next = { id, version: version + 1, principal: form.on ?? null, form: jsonOf(form), givenBy, by, atMs };
    for (const statement of changeGrant(scope.project, next)) await tx.query(statement);
    const caps = capsOfLimit(storedLimit({ ...next, createdAt: row.createdAt }));
    await putCaps(tx, parts.ids, { ...scope, of: `limit:${shown}`, by, atMs }, caps);
    return await shownAndAudited(known, tx, caller, id, "limit.changed", atMs);
  });
  await parts.grants.words.sayChanged(scope);
  return limit;
}

/** What it kept from passing may pass from then on. Throws `not_found`, `conflict` for one that is over. */
export async function endLimit(parts: GrantParts, caller: GrantCaller, shown: string): Promise<void> {
  const { scope, shownId: by } = caller;
  const id = uuidOf("lim", shown);
  await inScope(parts.database, scope, async (tx) => {
    const { version } = await lockStanding(tx, scope, id, shown);
    const atMs = parts.clock.nowMs();
    await endGrants(tx, scope.project, { grant: id }, { by, atMs });
    await tx.query(endLineCaps(scope.organization, [`limit:${shown}`], atMs));
    const act = actOn(scope.project, by, "limit.ended", shown, { version }, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
  });
  await parts.grants.words.sayChanged(scope);
}

async function lockStanding(tx: Transaction, { project }: Scope, id: string, shown: string): Promise<GrantRow> {
  const row = await lockGrant(tx, project, "limit", id);
  if (row === null) throw notHere("lim", shown);
  if (row.revokedAt !== null) throw isOver(shown);
  return row;
}

async function requireLimitForm(
  { actions }: KnowingParts,
  tx: Transaction,
  scope: Scope,
  form: LimitForm,
  within: string,
): Promise<void> {
  const { connection, credential } = form;
  const row = connection === undefined ? null : await shareConnection(tx, scope.project, connection);
  if (connection !== undefined && row === null)
    refuseForm([{ field: "connection", message: `there is no connection "${connection}" here` }], within);
  if (credential !== undefined && !(await shareCredential(tx, scope.project, credential)))
    refuseForm([{ field: "credential", message: `there is no credential "${credential}" here that is sent` }], within);
  const kind = row === null ? "credential" : "connection";
  const about =
    row === null && credential === undefined ? null : ({ kind, connector: row?.connector ?? null } as const);
  const problems = [...checkLimit(form, actions.of(about).flatMap(shapesOf)), ...(await checkNamed(tx, scope, form))];
  refuseForm(problems, within);
}

/** As it stands now, once the act is audited: the last statements of its transaction. */
async function shownAndAudited(
  { actions }: KnowingParts,
  tx: Transaction,
  { scope, shownId, permissions }: GrantCaller,
  id: string,
  action: "limit.set" | "limit.changed",
  atMs: number,
): Promise<Limit> {
  const row = await lockGrant(tx, scope.project, "limit", id);
  if (row === null) throw notHere("lim", showId("lim", id));
  const { form } = storedLimit(row);
  const names = await readFormNames(tx, scope, [form], { granters: [row.givenBy], permissions, actions });
  const facts = { version: row.version, on: form.on ?? "project", deny: form.deny, lines: form.lines.length };
  const act = actOn(scope.project, shownId, action, showId("lim", id), facts, atMs);
  await appendActs(tx, scope.organization, [act], atMs);
  return showLimit({ ...row, granter: row.givenBy, project: scope.project }, names);
}
