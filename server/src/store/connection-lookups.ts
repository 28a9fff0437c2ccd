import type { Database } from "../core/ports/database.ts";
import { CONNECTION_ROW, type ConnectionRow, findConnection } from "./connections.ts";
import { gatherLookups } from "./gather-lookups.ts";
import { queryInScope, type Scope } from "./scope.ts";

interface Asked {
  readonly scope: Scope;
  readonly slug: string;
}

/**
 * `findConnection` for effects, which ask at the same moment when many runs go on at once: one statement for all of a
 * project's that are there, sent after the last of them asked. Nothing is kept.
 */
export function gatherConnections(database: Database): (scope: Scope, slug: string) => Promise<ConnectionRow | null> {
  const find = gatherLookups((asked: readonly Asked[]) => findConnections(database, asked));
  return ({ organization, project }, slug) => find({ scope: { organization, project }, slug });
}

async function findConnections(
  database: Database,
  asked: readonly Asked[],
): Promise<readonly (ConnectionRow | null)[]> {
  const projects = Map.groupBy(asked, ({ scope }) => scope.project);
  const found = new Map(
    await Promise.all(
      Array.from(projects, async ([project, [first, ...others]]) => {
        const slugs = [...new Set([first!, ...others].map(({ slug }) => slug))];
        return [project, await findInProject(database, first!.scope, slugs)] as const;
      }),
    ),
  );
  return asked.map(({ scope, slug }) => found.get(scope.project)?.get(slug) ?? null);
}

async function findInProject(
  database: Database,
  scope: Scope,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, ConnectionRow | null>> {
  const [only, ...others] = slugs;
  if (only !== undefined && others.length === 0) return new Map([[only, await findConnection(database, scope, only)]]);
  const rows = await queryInScope<ConnectionRow>(database, scope, {
    name: "find_connections",
    text: `select ${CONNECTION_ROW} from steward.connections
      where project = $1 and slug = any($2::text[]) and status <> 'disconnected'`,
    values: [scope.project, slugs],
  });
  return new Map(rows.map((row) => [row.slug, row]));
}
