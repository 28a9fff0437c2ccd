/** Limits of an organization: they bind every grant of every project, and nobody in a project can widen them. */
import { type Limit, LimitForm } from "@steward/sdk";
import { shapesOf } from "../core/actions/known-action.ts";
import { capsOfLimit } from "../core/budget/line-caps.ts";
import { parseId, showId } from "../core/id.ts";
import { checkLimit } from "../core/policy/check-grant.ts";
import type { Transaction } from "../core/ports/database.ts";
import { act } from "../people/act.ts";
import type { Actor, PeopleParts } from "../people/people-parts.ts";
import { endLineCaps } from "../store/caps.ts";
import {
  changeOrganizationLimit as changeRow,
  endOrganizationLimit as endRow,
  insertOrganizationLimit,
  listOrganizationLimits as listRows,
  lockOrganizationLimit,
  type OrganizationLimitRow,
} from "../store/limits.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { checkNamed } from "./check-named.ts";
import { readFormNames } from "./form-names.ts";
import { jsonOf } from "./give-grant.ts";
import { type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { changedSince, noRoom, notHere, refuseForm, uuidOf } from "./grant-refusals.ts";
import { putCaps } from "./put-caps.ts";
import { LIMITS_MAX } from "./set-limit.ts";
import { type LimitFacts, showLimit } from "./show-grant.ts";
import { storedOrganizationLimit } from "./stored-grant.ts";

type Parts = GrantParts & PeopleParts;
type Knowing = KnowingParts & PeopleParts;
/** Who acts for an organization; `account` is null for a service account. */
type Caller = Actor & { readonly account: string | null };

export async function listOrganizationLimits(parts: Parts, caller: Caller, organization: string): Promise<Limit[]> {
  const known = await knowing(parts, null);
  return await inScope(parts.database, organizationScope(organization), async (tx) => {
    const rows = await listRows(tx, organization, LIMITS_MAX);
    return await show(known, tx, caller, organization, rows);
  });
}

export async function setOrganizationLimit(
  parts: Parts,
  caller: Caller,
  organization: string,
  form: LimitForm,
): Promise<Limit> {
  const asked = { route: "setOrganizationLimit", needs: "organization_limit.write" } as const;
  const known = await knowing(parts, null);
  const limit = await act(parts, { organization, project: null }, caller, asked, async ({ tx, nowMs }) => {
    await requireForm(known, tx, organization, form, "");
    const standing = await listRows(tx, organization, LIMITS_MAX);
    if (standing.length >= LIMITS_MAX) throw noRoom("limits of the organization", LIMITS_MAX);
    const row = {
      id: parts.ids.uuid(),
      form: jsonOf(form),
      version: 1,
      createdAt: nowMs,
      updatedAt: nowMs,
      updatedBy: byOf(caller),
    };
    for (const statement of insertOrganizationLimit(organization, row)) await tx.query(statement);
    return await written(known, tx, caller, organization, row, "organization_limit.set");
  });
  await parts.grants.words.sayChanged({ organization, project: null });
  return limit;
}

/** Throws `precondition_failed` when it has changed since `version`. */
export async function changeOrganizationLimit(
  parts: Parts,
  caller: Caller,
  organization: string,
  shown: string,
  { version, form }: { readonly version: number; readonly form: LimitForm },
): Promise<Limit> {
  const id = uuidOf("lim", shown);
  const asked = { route: "changeOrganizationLimit", needs: "organization_limit.write" } as const;
  const known = await knowing(parts, null);
  const limit = await act(parts, { organization, project: null }, caller, asked, async ({ tx, nowMs }) => {
    const row = await lockOrganizationLimit(tx, organization, id);
    if (row === null) throw notHere("lim", shown);
    if (row.version !== version) throw changedSince(shown, row.version);
    await requireForm(known, tx, organization, form, "form");
    const next = { ...row, form: jsonOf(form), version: version + 1, updatedAt: nowMs, updatedBy: byOf(caller) };
    for (const statement of changeRow(organization, next)) await tx.query(statement);
    return await written(known, tx, caller, organization, next, "organization_limit.changed");
  });
  await parts.grants.words.sayChanged({ organization, project: null });
  return limit;
}

export async function endOrganizationLimit(
  parts: Parts,
  caller: Caller,
  organization: string,
  shown: string,
): Promise<void> {
  const id = uuidOf("lim", shown);
  const asked = { route: "endOrganizationLimit", needs: "organization_limit.write" } as const;
  await act(parts, { organization, project: null }, caller, asked, async ({ tx, nowMs }) => {
    const row = await lockOrganizationLimit(tx, organization, id);
    if (row === null) throw notHere("lim", shown);
    await tx.query(endRow(organization, id, nowMs));
    await tx.query(endLineCaps(organization, [`limit:${shown}`], nowMs));
    const facts = { version: row.version };
    return { result: null, acts: [{ action: "organization_limit.ended", target: shown, facts }] };
  });
  await parts.grants.words.sayChanged({ organization, project: null });
}

/** As the row has it: a person by account, so that they are asked where a line says `granter`. */
function byOf({ account, shownId }: Caller): string {
  return account === null ? shownId : showId("acc", account);
}

export function factsOf(row: OrganizationLimitRow): LimitFacts {
  return { ...row, granter: parseId("acc", row.updatedBy), project: null, revokedAt: null };
}

async function requireForm(
  { actions }: Knowing,
  tx: Transaction,
  organization: string,
  form: LimitForm,
  within: string,
): Promise<void> {
  // Which connector a connection of that name is of may differ from project to project.
  const about = form.credential === undefined ? null : ({ kind: "credential", connector: null } as const);
  const problems = [
    ...checkLimit(form, actions.of(about).flatMap(shapesOf)),
    ...(await checkNamed(tx, { organization, project: null }, form)),
  ];
  refuseForm(problems, within);
}

async function written(
  parts: Knowing,
  tx: Transaction,
  caller: Caller,
  organization: string,
  row: OrganizationLimitRow,
  action: string,
) {
  const target = showId("lim", row.id);
  const stored = storedOrganizationLimit(row);
  const of = { organization, project: null, of: `limit:${target}`, by: byOf(caller), atMs: row.updatedAt };
  await putCaps(tx, parts.ids, of, capsOfLimit(stored));
  const [result] = await show(parts, tx, caller, organization, [row]);
  const { on = "project", deny, lines } = stored.form;
  const facts = { version: row.version, on, deny, lines: lines.length };
  return { result: result!, acts: [{ action, target, facts }] };
}

async function show(
  { actions }: Knowing,
  tx: Transaction,
  { permissions }: Caller,
  organization: string,
  rows: readonly OrganizationLimitRow[],
): Promise<Limit[]> {
  const facts = rows.map(factsOf);
  const forms = rows.map(({ form }) => LimitForm.parse(form));
  const granters = facts.map(({ granter }) => granter);
  const names = await readFormNames(tx, { organization, project: null }, forms, { granters, permissions, actions });
  return facts.map((row) => showLimit(row, names));
}
