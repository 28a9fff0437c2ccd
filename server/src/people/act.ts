/**
 * How everything here that changes something is done: in one transaction, in the organization's scope, with its row
 * locked, so that two changes of who may do what see each other; what the actor may is asked again under the lock; the
 * last statement writes what was done into the audit. A refusal for want of a permission is audited too.
 */
import { AppError } from "../core/errors.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { findKeyLimits } from "../store/access.ts";
import { readStandings } from "../store/members.ts";
import { lockOrganization, type OrganizationRow } from "../store/organizations.ts";
import { scopeStatement } from "../store/scope.ts";
import type { Actor, Asked, PeopleParts } from "./people-parts.ts";
import { permissionsOfKey, permissionsOfRole, type Permissions, type Standing } from "./permissions-of.ts";
import { lacking, noOrganization } from "./refusals.ts";

/** Where an act happens. */
export interface ActPlace {
  readonly organization: string;
  /** For what is in one project; null for the organization as a whole. */
  readonly project: string | null;
  /** Whether the organization may be deleted. */
  readonly evenDeleted?: boolean;
}

/** What was done, for the audit. */
export interface Act {
  readonly action: string;
  /** A shown id. */
  readonly target: string;
  readonly project?: string | null;
  readonly facts?: AuditEntry["facts"];
}

export interface Done<Result> {
  readonly result: Result;
  readonly acts: readonly Act[];
}

export interface Acting {
  readonly tx: Transaction;
  readonly nowMs: number;
  readonly organization: OrganizationRow;
  /** What the actor may do now: in the project of the place, or in the organization as a whole. */
  readonly own: Permissions;
  /** Whether an owner acts, with all that an owner may. */
  readonly isOwner: boolean;
}

/** Throws `forbidden`, `not_found` and what `run` throws; then nothing was done. */
export async function act<Result>(
  parts: PeopleParts,
  place: ActPlace,
  actor: Actor,
  { route, needs }: Asked,
  run: (acting: Acting) => Promise<Done<Result>>,
): Promise<Result> {
  try {
    return await actAs(parts, place, actor.shownId, async ({ tx, nowMs, organization }) => {
      const standings = await readStandings(tx, place.organization, actor.member);
      const mayIn = await permissionsByStanding(parts, actor, standings);
      const own = mayIn(place.project);
      if (!own.has(needs)) throw lacking(needs, actor.shownId);
      const everywhere = mayIn(null);
      const isOwner =
        standings[0]?.role === "owner" && [...permissionsOfRole("owner")].every((name) => everywhere.has(name));
      return await run({ tx, nowMs, organization, own, isOwner });
    });
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") noteRefused(parts, place, actor, route, needs);
    throw error;
  }
}

/** The same for what needs no standing: the call itself brings what entitles it. */
export async function actAs<Result>(
  parts: Pick<PeopleParts, "database" | "clock">,
  place: ActPlace,
  shownId: string,
  run: (acting: Pick<Acting, "tx" | "nowMs" | "organization">) => Promise<Done<Result>>,
): Promise<Result> {
  const { organization: id } = place;
  const nowMs = parts.clock.nowMs();
  const scope = { organization: id, project: place.project ?? "" };
  return await parts.database.transaction(async (tx) => {
    await tx.query(scopeStatement(scope));
    const organization = await lockOrganization(tx, id);
    if (organization === null || (organization.deletedAt !== null && place.evenDeleted !== true))
      throw noOrganization();
    const { result, acts } = await run({ tx, nowMs, organization });
    await tx.query(scopeStatement(scope)); // whoever was called on the way may have left another
    await appendActs(
      tx,
      id,
      acts.map((one) => entryOf(one, place, shownId, nowMs)),
      nowMs,
    );
    return result;
  });
}

export function entryOf(one: Act, place: Pick<ActPlace, "project">, shownId: string, nowMs: number): AuditEntry {
  const { action, target, project = place.project, facts = {} } = one;
  return { atMs: nowMs, project, actor: shownId, action, target, facts };
}

/** What an actor may in one of a member's standings: that of the project when there is one, else the organization's. */
export async function permissionsNow(
  parts: Pick<PeopleParts, "dispatch">,
  actor: Pick<Actor, "kind" | "id">,
  standings: readonly Standing[],
  project: string | null,
): Promise<Permissions> {
  return (await permissionsByStanding(parts, actor, standings))(project);
}

/** The same for any number of projects. */
export async function permissionsByStanding(
  parts: Pick<PeopleParts, "dispatch">,
  actor: Pick<Actor, "kind" | "id">,
  standings: readonly Standing[],
): Promise<(project: string | null) => Permissions> {
  if (actor.kind === "support") return () => permissionsOfRole("viewer");
  const limits = actor.kind === "key" ? await findKeyLimits(parts.dispatch, actor.id) : null;
  if (actor.kind === "key" && limits === null) return () => new Set();
  return (project) => {
    const row = standings.find((one) => one.project === project) ?? standings.find((one) => one.project === null);
    return row === undefined ? new Set() : permissionsOfKey(row, limits?.keyPermissions ?? null);
  };
}

export function noteRefused(
  parts: Pick<PeopleParts, "denials" | "clock">,
  place: Pick<ActPlace, "organization" | "project">,
  actor: Pick<Actor, "shownId">,
  route: string,
  needs: string,
): void {
  parts.denials.note(place.organization, {
    atMs: parts.clock.nowMs(),
    project: place.project,
    actor: actor.shownId,
    action: "call.refused",
    target: route,
    facts: { needs },
  });
}
