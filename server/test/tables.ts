/** What the verbs on tables need, on a test's own databases. */
import { noProjectServer } from "../src/adapters/project-databases/create-project-server.ts";
import type { ProjectServer } from "../src/core/ports/project-databases.ts";
import { createImportTurns } from "../src/data/import-turns.ts";
import { createProjectDatabases, type ProjectDatabaseParts } from "../src/data/project-databases.ts";
import type { TableParts } from "../src/data/table-parts.ts";
import type { Keyring } from "../src/keyring/keyring.ts";

interface TablesOn extends Pick<ProjectDatabaseParts, "database" | "dispatch" | "ids" | "clock" | "log"> {
  readonly keyring: Keyring;
  /** Where projects' databases lie. The shared server of the tests is none: its databases are open to everybody. */
  readonly server?: ProjectServer | undefined;
}

export function testTables({ keyring, server = noProjectServer(), ...parts }: TablesOn): TableParts {
  const keysOf: ProjectDatabaseParts["keysOf"] = ({ organization, project }) => keyring.project(organization, project);
  const databases = createProjectDatabases({ ...parts, keysOf, server });
  return { databases, database: parts.database, ids: parts.ids, clock: parts.clock, imports: createImportTurns() };
}
