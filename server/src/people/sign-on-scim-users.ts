import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findHolder } from "../store/sign-on.ts";
import {
  deleteScimUser,
  findScimUser,
  listScimUsers,
  putScimUser,
  type ScimPage,
  type ScimUserRow,
} from "../store/scim-users.ts";
import { showId } from "../core/id.ts";
import type { Act } from "./act.ts";
import { invalidField, tooMany } from "./refusals.ts";
import { addressDomain } from "./sign-on-domain-name.ts";
import { actAsScim, addAsScim, readAsScim, removeAsScim, type ScimCaller, type ScimParts } from "./sign-on-scim-act.ts";

/** What a client says of a person; what is left out stays, or is none. */
export interface ScimPerson {
  readonly userName?: string | undefined;
  /** The address, where the user name is none. */
  readonly email?: string | undefined;
  readonly externalId?: string | null | undefined;
  readonly displayName?: string | undefined;
  readonly active?: boolean | undefined;
}

/** Known ones, inactive ones too. */
const USERS_MAX = 20_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function listUsersAsScim(parts: ScimParts, caller: ScimCaller, page: ScimPage) {
  return await readAsScim(parts, caller, (tx) => listScimUsers(tx, caller.organization, page));
}

/** Throws `not_found`. */
export async function getUserAsScim(parts: ScimParts, caller: ScimCaller, id: string): Promise<ScimUserRow> {
  return await readAsScim(parts, caller, (tx) => readUser(tx, caller.organization, id));
}

/**
 * Makes a person known, and a member unless inactive; their account is made if they have none. Throws `value_invalid` for an
 * address outside of the organization's verified domains, `conflict` for one that is known.
 */
export async function createUserAsScim(parts: ScimParts, caller: ScimCaller, given: ScimPerson): Promise<ScimUserRow> {
  const email = (given.email ?? given.userName ?? "").toLowerCase();
  const userName = given.userName ?? email;
  if (userName === "") throw invalidField("userName", "is missing");
  await requireHeld(parts, caller, email);
  if (parts.identity === null) throw new AppError("unavailable", "This installation has no sign-in.");
  const name = (given.displayName ?? "") === "" ? email : given.displayName!;
  const account = await parts.identity.vouchFor({ email, name });
  return await actAsScim(parts, caller, async (acting) => {
    const { tx, nowMs } = acting;
    const { total } = await listScimUsers(tx, caller.organization, { filter: null, skip: 0, limit: 0 });
    if (total >= USERS_MAX) throw tooMany("users", USERS_MAX);
    const row: ScimUserRow = {
      id: parts.ids.uuid(),
      account: account.id,
      userName,
      externalId: given.externalId ?? null,
      displayName: name,
      active: given.active ?? true,
      createdAt: nowMs,
      changedAt: nowMs,
    };
    await tx.query(putScimUser(caller.organization, row));
    const person = { account: account.id, email, name: account.name };
    const acts = row.active ? await addAsScim(parts, acting, person) : [];
    const made = { action: "scim_user.created", target: showId("acc", account.id), facts: { active: row.active } };
    return { result: row, acts: [...acts, made] };
  });
}

/**
 * Changes what is known of a person; who becomes inactive is a member no longer, at once, and who becomes active is one
 * again. Throws `not_found`, `value_invalid`, `conflict`, and `forbidden` for owners.
 */
export async function changeUserAsScim(
  parts: ScimParts,
  caller: ScimCaller,
  id: string,
  change: ScimPerson,
): Promise<ScimUserRow> {
  if (change.userName?.includes("@")) await requireHeld(parts, caller, change.userName);
  return await actAsScim(parts, caller, async (acting) => {
    const row = await readUser(acting.tx, caller.organization, id);
    const next: ScimUserRow = {
      ...row,
      userName: change.userName ?? row.userName,
      externalId: change.externalId === undefined ? row.externalId : change.externalId,
      displayName: change.displayName ?? row.displayName,
      active: change.active ?? row.active,
      changedAt: acting.nowMs,
    };
    await acting.tx.query(putScimUser(caller.organization, next));
    if (!next.active)
      return { result: next, acts: [...(await removeAsScim(parts, acting, row.account)), ...changed(row, next)] };
    const account = await parts.identity?.findAccount(row.account);
    if (!account) throw new AppError("not_found", "This person's account is gone.");
    const acts = changed(row, next);
    if (row.active) return { result: next, acts };
    await requireHeld(parts, caller, account.email); // it may have left the domain since
    const person = { account: account.id, email: account.email, name: account.name };
    return { result: next, acts: [...(await addAsScim(parts, acting, person)), ...acts] };
  });
}

/** Forgets a person and ends their membership; the account stays theirs. Throws `not_found`, `forbidden` for owners. */
export async function deleteUserAsScim(parts: ScimParts, caller: ScimCaller, id: string): Promise<void> {
  await actAsScim(parts, caller, async (acting) => {
    const { account } = await readUser(acting.tx, caller.organization, id);
    const acts = await removeAsScim(parts, acting, account);
    await acting.tx.query(deleteScimUser(caller.organization, id));
    return { result: null, acts: [...acts, { action: "scim_user.deleted", target: showId("acc", account) }] };
  });
}

/** Which fields are others now; nothing for a client that repeats what was known. */
function changed(before: ScimUserRow, after: ScimUserRow): readonly Act[] {
  const names = ["userName", "externalId", "displayName", "active"] as const;
  const fields = names.filter((name) => before[name] !== after[name]).join(" ");
  const target = showId("acc", after.account);
  return fields === "" ? [] : [{ action: "scim_user.changed", target, facts: { fields, active: after.active } }];
}

async function readUser(tx: Transaction, organization: string, id: string): Promise<ScimUserRow> {
  const row = UUID.test(id) ? await findScimUser(tx, organization, id) : null;
  if (row === null) throw new AppError("not_found", "There is no such user.");
  return row;
}

async function requireHeld(parts: ScimParts, { organization }: ScimCaller, email: string): Promise<void> {
  if ((await findHolder(parts.dispatch, addressDomain(email)))?.organization !== organization)
    throw invalidField("userName", "an address in one of the organization's verified domains is needed");
}
