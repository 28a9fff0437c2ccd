import type { Permission } from "@steward/sdk";
import type { Transaction } from "../core/ports/database.ts";
import { readStandings } from "../store/members.ts";
import { permissionsOf, type Permissions } from "./permissions-of.ts";

/** All that a member may anywhere in the organization, its projects included. In its scope. */
export async function everythingOf(tx: Transaction, organization: string, member: string): Promise<Permissions> {
  const standings = await readStandings(tx, organization, member);
  return new Set(standings.flatMap((one): Permission[] => [...permissionsOf(one)]));
}

/** What a member may in one project. In the organization's scope. */
export async function permissionsInProject(
  tx: Transaction,
  organization: string,
  member: string,
  project: string,
): Promise<Permissions> {
  const standings = await readStandings(tx, organization, member);
  const row = standings.find((one) => one.project === project) ?? standings.find((one) => one.project === null);
  return row === undefined ? new Set() : permissionsOf(row);
}

/** What a member may do in the organization as a whole. In its scope. */
export async function permissionsInOrganization(
  tx: Transaction,
  organization: string,
  member: string,
): Promise<Permissions> {
  const row = (await readStandings(tx, organization, member)).find((one) => one.project === null);
  return row === undefined ? new Set() : permissionsOf(row);
}
