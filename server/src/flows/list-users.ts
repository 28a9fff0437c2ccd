import type { ConnectionUser } from "@steward/sdk";
import { ANY_NAME } from "../core/flow/uses-of.ts";
import type { EndedConnection } from "../core/ports/endings.ts";
import { listUsers, type NamedUse } from "../store/flow-uses.ts";
import type { Scope } from "../store/scope.ts";
import { learnUses, type UsesParts } from "./note-uses.ts";

const USERS_MAX = 1000;

/** Flows whose published version acts with a connection, by slug. */
export async function usersOf(
  parts: UsesParts,
  scope: Scope,
  { slug, connector, owner, flow }: Omit<EndedConnection, "id" | "isOwn">,
): Promise<ConnectionUser[]> {
  await learnUses(parts, scope);
  const named: NamedUse[] = [slug, ANY_NAME].map((name) => ({ kind: "connection", name }));
  if (owner !== null) named.push({ kind: "own", name: connector });
  const rows = await listUsers(parts.database, scope, named, USERS_MAX);
  return rows
    .filter((row) => flow === null || row.slug === flow)
    .map(({ slug: user, name, paused, uses }) => ({ flow: user, name, paused, how: howOf(uses, slug) }));
}

function howOf(uses: readonly string[], slug: string): ConnectionUser["how"] {
  if (uses.includes(`connection ${slug}`)) return "named";
  return uses.some((use) => use.startsWith("own ")) ? "starter" : "run";
}
