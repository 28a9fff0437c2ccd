import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import {
  addGroupUsers,
  deleteScimGroup,
  findScimGroup,
  listGroupUsers,
  listScimGroups,
  putScimGroup,
  removeGroupUsers,
  type ScimGroupRow,
} from "../store/scim-groups.ts";
import { findScimUser, type ScimPage } from "../store/scim-users.ts";
import type { Act } from "./act.ts";
import { invalidField, tooMany } from "./refusals.ts";
import {
  actAsScim,
  readAsScim,
  type ScimActing,
  type ScimCaller,
  type ScimParts,
  settleRole,
} from "./sign-on-scim-act.ts";

export interface ScimGroup extends ScimGroupRow {
  /** Ids of its people. */
  readonly members: readonly string[];
}

/** What a client says of a group; what is left out stays, or is none. */
export interface GroupChange {
  readonly displayName?: string | undefined;
  readonly externalId?: string | null | undefined;
  /** All there are, in place of who was in it. */
  readonly members?: readonly string[] | undefined;
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

const GROUPS_MAX = 1000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function listGroupsAsScim(
  parts: ScimParts,
  caller: ScimCaller,
  page: ScimPage & { readonly withMembers: boolean },
): Promise<{ readonly rows: readonly ScimGroup[]; readonly total: number }> {
  return await readAsScim(parts, caller, async (tx) => {
    const { rows, total } = await listScimGroups(tx, caller.organization, page);
    const whole: ScimGroup[] = [];
    for (const row of rows)
      whole.push({ ...row, members: page.withMembers ? await listGroupUsers(tx, caller.organization, row.id) : [] });
    return { rows: whole, total };
  });
}

/** Throws `not_found`. */
export async function getGroupAsScim(parts: ScimParts, caller: ScimCaller, id: string): Promise<ScimGroup> {
  return await readAsScim(parts, caller, async (tx) => await wholeGroup(tx, caller.organization, id));
}

/** Throws `conflict` for a name that is taken, or the 1,001st group. */
export async function createGroupAsScim(parts: ScimParts, caller: ScimCaller, given: GroupChange): Promise<ScimGroup> {
  const { displayName, externalId = null } = given;
  if (displayName === undefined || displayName === "") throw invalidField("displayName", "is missing");
  return await actAsScim(parts, caller, async (acting) => {
    const { tx, nowMs, organization } = acting;
    const { total } = await listScimGroups(tx, organization, { filter: null, skip: 0, limit: 0 });
    if (total >= GROUPS_MAX) throw tooMany("groups", GROUPS_MAX);
    const id = parts.ids.uuid();
    await tx.query(putScimGroup(organization, { id, displayName, externalId, createdAt: nowMs, changedAt: nowMs }));
    const { settled, ...members } = await setMembers(acting, id, given);
    const acts = [...settled, { action: "scim_group.created", target: id, facts: members }];
    return { result: await wholeGroup(tx, organization, id), acts };
  });
}

/** Changes a group; who joins or leaves has the role of their groups at once. Throws `not_found`, `conflict`. */
export async function changeGroupAsScim(
  parts: ScimParts,
  caller: ScimCaller,
  id: string,
  change: GroupChange,
): Promise<ScimGroup> {
  return await actAsScim(parts, caller, async (acting) => {
    const { tx, organization, nowMs } = acting;
    const row = await readGroup(tx, organization, id);
    const displayName = change.displayName ?? row.displayName;
    const externalId = change.externalId === undefined ? row.externalId : change.externalId;
    await tx.query(putScimGroup(organization, { ...row, displayName, externalId, changedAt: nowMs }));
    const renamed = displayName === row.displayName ? [] : await listGroupUsers(tx, organization, id);
    const { settled, ...members } = await setMembers(acting, id, change, renamed);
    const next = { displayName, externalId };
    const fields = (["displayName", "externalId"] as const).filter((name) => row[name] !== next[name]).join(" ");
    const same = fields === "" && members.added === 0 && members.removed === 0;
    const told = { action: "scim_group.changed", target: id, facts: { fields, ...members } };
    return { result: await wholeGroup(tx, organization, id), acts: same ? settled : [...settled, told] };
  });
}

/** Throws `not_found`. */
export async function deleteGroupAsScim(parts: ScimParts, caller: ScimCaller, id: string): Promise<void> {
  await actAsScim(parts, caller, async (acting) => {
    const { tx, organization } = acting;
    await readGroup(tx, organization, id);
    const touched = await listGroupUsers(tx, organization, id);
    await tx.query(deleteScimGroup(organization, id));
    const told = { action: "scim_group.deleted", target: id, facts: { removed: touched.length } };
    return { result: null, acts: [...(await settleRoles(acting, touched)), told] };
  });
}

/** How many joined and left, and what became of roles. */
async function setMembers(
  acting: ScimActing,
  id: string,
  { members, add = [], remove = [] }: GroupChange,
  also: readonly string[] = [],
): Promise<{ readonly settled: readonly Act[]; readonly added: number; readonly removed: number }> {
  const { tx, organization } = acting;
  const there = new Set(await listGroupUsers(tx, organization, id));
  const [joining, leaving] = members === undefined ? [add, remove] : [members, [...there.difference(new Set(members))]];
  const [known, gone] = [joining, leaving].map((list) => list.filter((one) => UUID.test(one)));
  await tx.query(addGroupUsers(organization, id, known!));
  await tx.query(removeGroupUsers(organization, id, gone!));
  const now = new Set(await listGroupUsers(tx, organization, id));
  return {
    settled: await settleRoles(acting, [...known!, ...gone!, ...also]),
    added: now.difference(there).size,
    removed: there.difference(now).size,
  };
}

async function settleRoles(acting: ScimActing, users: readonly string[]): Promise<readonly Act[]> {
  const acts: Act[] = [];
  for (const id of new Set(users)) {
    const user = await findScimUser(acting.tx, acting.organization, id);
    if (user !== null) acts.push(...(await settleRole(acting, user.account)));
  }
  return acts;
}

async function readGroup(tx: Transaction, organization: string, id: string): Promise<ScimGroupRow> {
  const row = UUID.test(id) ? await findScimGroup(tx, organization, id) : null;
  if (row === null) throw new AppError("not_found", "There is no such group.");
  return row;
}

async function wholeGroup(tx: Transaction, organization: string, id: string): Promise<ScimGroup> {
  return { ...(await readGroup(tx, organization, id)), members: await listGroupUsers(tx, organization, id) };
}
