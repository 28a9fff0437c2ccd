/** Projects with tables on a database server of a test's own: Steward's database, keys, and the projects' databases. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fakeClock, type FakeClock } from "../../test/engine.ts";
import { openTestKeys } from "../../test/open-test-keys.ts";
import { ownServer, type OwnServer } from "../adapters/project-databases/project-server.testsuite.ts";
import { openPool, type Pool } from "../adapters/postgres/pool.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { ProjectServer } from "../core/ports/project-databases.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { readMigrations } from "../open-database.ts";
import { migrate } from "../store/migrate.ts";
import { insertOrganization } from "../store/organizations.ts";
import { insertProject } from "../store/projects.ts";
import { scopeStatement, type Scope } from "../store/scope.ts";
import { createImportTurns } from "./import-turns.ts";
import { createProjectDatabases, type ProjectDatabaseParts, type ProjectDatabases } from "./project-databases.ts";
import type { TableCaller, TableParts } from "./table-parts.ts";

export interface DataWorld {
  readonly server: OwnServer;
  readonly database: Pool;
  readonly dispatch: Pool;
  readonly clock: FakeClock;
  readonly ids: Ids;
  readonly keyring: Keyring;
  readonly parts: TableParts;
  /** As another process has them: nothing held at hand in common. */
  process(more?: Partial<ProjectDatabaseParts>, server?: ProjectServer): ProjectDatabases;
  /** A project of its own, in an organization of its own. */
  project(): Promise<TableCaller>;
  stop(): Promise<void>;
}

export async function dataWorld(): Promise<DataWorld> {
  const server = await ownServer();
  const folder = mkdtempSync(path.join(tmpdir(), "steward-data-"));
  const clock = fakeClock(Date.now());
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  const pools: Pool[] = [];
  const pool = (user: string, options?: string): Pool => {
    const connection = { ...server.roleConfig("steward", user), ...(options === undefined ? {} : { options }) };
    const one = openPool({ connection, max: 6, applicationName: "test", log: () => undefined });
    pools.push(one);
    return one;
  };
  await migrate(pool("steward_migrate"), readMigrations(), Date.now());
  const database = pool("steward_app");
  const dispatch = pool("steward_app", "-c role=steward_dispatch");
  const process = (more: Partial<ProjectDatabaseParts> = {}, projects = server.projects): ProjectDatabases =>
    createProjectDatabases({
      database,
      dispatch,
      keysOf: ({ organization, project }) => keyring.project(organization, project),
      ids,
      clock,
      server: projects,
      log: (message) => void server.logs.push(message),
      ...more,
    });
  return {
    server,
    database,
    dispatch,
    clock,
    ids,
    keyring,
    parts: { databases: process(), database, ids, clock, imports: createImportTurns() },
    process,
    async project() {
      const scope: Scope = { organization: ids.uuid(), project: ids.uuid() };
      const createdAt = clock.nowMs();
      await keyring.createOrganization(scope.organization);
      await keyring.createProject(scope.organization, scope.project);
      await database.pipeline([
        scopeStatement(scope),
        insertOrganization({ id: scope.organization, name: "A", createdAt }),
        insertProject(scope.organization, { id: scope.project, slug: "a", name: "A", timeZone: "UTC", createdAt }),
      ]);
      return { scope, actor: "key_test" };
    },
    async stop() {
      await Promise.all(pools.map((one) => one.close()));
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
