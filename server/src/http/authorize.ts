/**
 * Whether a caller may use a route, by the route's entry in the table and by nothing else. What the caller has no
 * standing in does not exist for them (`not_found`); what they may not do there is `forbidden`, and audited.
 */
import { type Access, type Permission } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import { passedSecondFactor } from "../core/second-factor.ts";
import { permissionsOf, permissionsOfKey, type Permissions } from "../people/permissions-of.ts";
import {
  type AccessRow,
  findOrganizationAccess,
  findProjectAccess,
  findProjectAccesses,
  type Holder,
  isOperator,
  type KeyAccessRow,
  type PersonThere,
} from "../store/access.ts";
import { gatherLookups } from "../store/gather-lookups.ts";
import { noOrganization, noProject } from "../people/refusals.ts";
import type { Caller } from "./authenticate.ts";
import type { HttpParts } from "./http-parts.ts";
import type { AccountPrincipal, OrganizationPrincipal, Principal } from "./principal.ts";
import { supportEntrance } from "./support-access.ts";

/** What of a call says where it acts. */
export interface Place {
  /** The route's name, for the audit. */
  readonly route: string;
  /** The path's `{organization}`. */
  readonly organization: string | undefined;
  /** The header Steward-Project. */
  readonly project: string | readonly string[] | undefined;
}

type Parts = Pick<HttpParts, "database" | "dispatch" | "clock" | "denials"> & {
  /** The standing of people who are signed in, for many calls at once; each by itself unless given. */
  readonly standings?: Standings;
};
export type Standings = (asked: PersonThere) => ReturnType<typeof findProjectAccess>;

export function gatherStandings(dispatch: HttpParts["dispatch"]): Standings {
  return gatherLookups((asked: readonly PersonThere[]) => findProjectAccesses(dispatch, asked));
}

/** What a deleted account's person may still do. */
const RECOVERING: ReadonlySet<string> = new Set(["getAccount", "restoreAccount", "signOut"]);
type Guarded = Exclude<Access, { in: "open" }>;

/** Throws `not_found`, `forbidden`, `second_factor_required`, `sign_on_required`, `invalid_request`. */
export async function authorize(
  parts: Parts,
  caller: Caller,
  access: Guarded,
  place: Place,
): Promise<Principal | OrganizationPrincipal | AccountPrincipal> {
  if (caller.kind === "session" && caller.deleted && !RECOVERING.has(place.route))
    throw new AppError("forbidden", "This account is deleted: bring it back first, with POST /v1/account/restore.");
  if (access.in === "project") return await inProject(parts, caller, access.needs, place);
  if (access.in === "organization") return await inOrganization(parts, caller, access.needs, place);
  if (access.in === "account") return asAccount(caller);
  return await asOperator(parts, caller, place);
}

async function inProject(parts: Parts, caller: Caller, needs: Permission, place: Place): Promise<Principal> {
  const row = await projectRow(parts, caller, place.project);
  if (row === null) return await lookIntoProject(parts, caller, needs, place);
  checkEntrance(caller, row);
  const permissions = permissionsIn(caller, row);
  // Whoever the project keeps out, and whoever sees nothing in it, gets the answer of one that isn't there.
  if (!permissions.has("project.read")) throw noProject();
  const principal = {
    ...knownAs(caller, row),
    member: row.member,
    scope: { organization: row.organization, project: row.project },
    permissions,
  };
  demand(parts, principal, needs, row, place);
  return principal;
}

/** Null for a project that isn't there, or that the caller is nothing in. */
async function projectRow(
  parts: Parts,
  caller: Caller,
  named: string | readonly string[] | undefined,
): Promise<(AccessRow & { readonly project: string }) | null> {
  const project = named === undefined ? null : projectNamed(named);
  if (named !== undefined && project === null) return null;
  if (project === null && caller.kind === "key") return caller.key;
  if (project === null)
    throw new AppError(
      "invalid_request",
      "Name the project in the header Steward-Project: a session has none of its own.",
    );
  const key = keyOf(caller);
  if (key?.project === project) return key;
  if (key !== null && key.reach === "project") return null;
  const holder = holderOf(caller);
  if ("member" in holder) return await findProjectAccess(parts.dispatch, holder, project);
  const { account } = holder;
  return await (parts.standings?.({ account, project }) ?? findProjectAccess(parts.dispatch, { account }, project));
}

function projectNamed(named: string | readonly string[] | undefined): string | null {
  return typeof named === "string" ? parseId("prj", named) : null;
}

/** The operator's staff, by the organization's consent; for everybody else the project isn't there. */
async function lookIntoProject(parts: Parts, caller: Caller, needs: Permission, place: Place): Promise<Principal> {
  const project = projectNamed(place.project);
  const entrance = project === null ? null : await supportEntrance(parts, caller, { project });
  if (entrance === null) throw noProject();
  const { seen, principal } = entrance;
  demand(parts, principal, needs, seen, place);
  await entrance.note();
  return { ...principal, scope: { organization: seen.organization, project: seen.project } };
}

async function inOrganization(
  parts: Parts,
  caller: Caller,
  needs: Permission,
  place: Place,
): Promise<OrganizationPrincipal> {
  const organization = parseId("org", place.organization ?? "");
  const row =
    organization === null
      ? null
      : await findOrganizationAccess(parts.dispatch, holderOf(caller), organization, needs === "organization.delete");
  if (row === null) return await lookIntoOrganization(parts, caller, needs, place);
  checkEntrance(caller, row);
  const permissions = permissionsIn(caller, row);
  // A deleted one is there for whoever may bring it back, and for nobody else.
  if (row.deletedAt !== null && !permissions.has("organization.delete")) throw noOrganization();
  const principal = { ...knownAs(caller, row), member: row.member, organization: row.organization, permissions };
  if (keyOf(caller)?.reach === "project")
    throw new AppError("forbidden", "This key reaches its project only: use one that reaches the organization.");
  demand(parts, principal, needs, row, place);
  return principal;
}

/** As `lookIntoProject`. */
async function lookIntoOrganization(
  parts: Parts,
  caller: Caller,
  needs: Permission,
  place: Place,
): Promise<OrganizationPrincipal> {
  const organization = parseId("org", place.organization ?? "");
  const entrance = organization === null ? null : await supportEntrance(parts, caller, { organization });
  if (entrance === null) throw noOrganization();
  demand(parts, entrance.principal, needs, entrance.seen, place);
  await entrance.note();
  return entrance.principal;
}

/** Only a key that stands for all of its person may act on what is the person's own. */
function asAccount(caller: Caller): AccountPrincipal {
  if (caller.account === null)
    throw new AppError(
      "forbidden",
      "This is for people who are signed in; a service account has no account of its own.",
    );
  const key = keyOf(caller);
  if (key === null) return { ...knownAs(caller, null), account: caller.account, bound: null };
  if (key.reach !== "organization" || key.keyPermissions !== null)
    throw new AppError(
      "forbidden",
      "This key is limited: an account is its person's own, by session or an unlimited key.",
    );
  const bound = { organization: key.organization, project: key.project, member: key.member };
  return { ...knownAs(caller, key), account: caller.account, bound };
}

async function asOperator(parts: Parts, caller: Caller, place: Place): Promise<AccountPrincipal> {
  const principal = asAccount(caller);
  if (!(await isOperator(parts.dispatch, principal.account))) {
    parts.denials.note(null, {
      atMs: parts.clock.nowMs(),
      project: null,
      actor: principal.shownId,
      action: "call.refused",
      target: place.route,
      facts: { needs: "operator" },
    });
    throw new AppError("forbidden", "Only operators of this installation may do that.");
  }
  // Of the installation, no organization's provider has a say.
  if (caller.kind === "session" && (!caller.secondFactor || caller.signedOnBy !== null))
    throw new AppError("second_factor_required", "Operators sign in by themselves, with a second factor.");
  if (keyOf(caller)?.keySecondFactor === false)
    throw new AppError(
      "second_factor_required",
      "An operator's key is made in a session that passed a second factor, and this one was not.",
    );
  return principal;
}

/** What the organization demands of a session before anything in it is seen. */
function checkEntrance(caller: Caller, row: AccessRow): void {
  if (caller.kind !== "session") return;
  if (row.signOnEnforced && caller.signedOnBy !== row.organization)
    throw new AppError("sign_on_required", "This organization is entered by its own sign-on only.");
  const passed = passedSecondFactor(caller, row.organization);
  if (caller.signedOnBy !== null && caller.signedOnBy !== row.organization && !passed)
    throw new AppError(
      "second_factor_required",
      "Another organization's sign-on began this session: it takes your own second factor to enter this one.",
    );
  if (row.secondFactorRequired && !passed)
    throw new AppError("second_factor_required", "This organization asks for a second factor.");
}

function permissionsIn(caller: Caller, row: AccessRow): Permissions {
  const key = keyOf(caller);
  return key === null ? permissionsOf(row) : permissionsOfKey(row, key.keyPermissions);
}

/** The key that the call comes by: sent with it, or as the link that began the session. */
function keyOf(caller: Caller): KeyAccessRow | null {
  return caller.kind === "key" ? caller.key : caller.boundTo;
}

/** Whose standing counts: a key is one member's, in one organization; a person's session is theirs in all of theirs. */
function holderOf(caller: Caller): Holder {
  if (caller.kind === "key") return { member: caller.key.member };
  return caller.boundTo === null ? { account: caller.account } : { member: caller.boundTo.member };
}

function knownAs(
  caller: Caller,
  row: AccessRow | null,
): {
  kind: "key" | "session";
  id: string;
  shownId: string;
  account: string | null;
  session: string | null;
  secondFactor: boolean;
} {
  if (caller.kind === "key") {
    const { id, shownId, account, key } = caller;
    return { kind: "key", id, shownId, account, session: null, secondFactor: key.keySecondFactor };
  }
  const { boundTo: key, session } = caller;
  const secondFactor = caller.secondFactor && caller.signedOnBy === null;
  // Whoever came by a key acts as the key in all that follows, so that nothing they make is worth more than it.
  if (key !== null) {
    const held = { id: key.key, shownId: showId("key", key.key), account: caller.account, session };
    return { kind: "key", ...held, secondFactor: secondFactor && key.keySecondFactor };
  }
  const member = row?.member;
  return {
    kind: "session",
    id: member ?? caller.id,
    shownId: member === undefined ? caller.shownId : showId("mem", member),
    account: caller.account,
    session,
    // Another provider's word is none of the operators' (`asOperator`).
    secondFactor,
  };
}

function demand(
  parts: Parts,
  principal: { readonly shownId: string; readonly permissions: Permissions },
  needs: Permission,
  row: Pick<AccessRow, "organization" | "project">,
  place: Place,
): void {
  if (principal.permissions.has(needs)) return;
  parts.denials.note(row.organization, {
    atMs: parts.clock.nowMs(),
    project: row.project,
    actor: principal.shownId,
    action: "call.refused",
    target: place.route,
    facts: { needs },
  });
  throw new AppError("forbidden", `This needs the permission ${needs}, which ${principal.shownId} does not have.`, {
    needs,
  });
}
