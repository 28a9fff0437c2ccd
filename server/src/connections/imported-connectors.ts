/** The connectors that projects have made of documents, as the catalogue and the gate use them. */
import type { Connector } from "@steward/sdk";
import { connectorOf, type HttpAlone } from "../core/openapi/connector-of.ts";
import type { Database } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { findImported, findImportedVersion, listImported } from "../store/imported-connectors.ts";
import type { Scope } from "../store/scope.ts";
import { openDeclaration } from "./sealed-import.ts";

export interface ImportedConnectors {
  /** As it is now, in every process; null when the project has none by that id. Throws `SealError`. */
  find(scope: Scope, connector: string): Promise<Connector | null>;
  /** All of a project, by id. */
  list(scope: Scope): Promise<readonly Connector[]>;
}

export interface ImportedConnectorsParts {
  readonly database: Database;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly http: HttpAlone;
}

/** Of declarations as JSON; in memory they take about five times that. */
const HELD_CHARACTERS_MAX = 20_000_000;
const HELD_MAX = 200;

interface Held {
  readonly version: number;
  readonly connector: Connector;
  readonly characters: number;
}

/** Holds those used last; whether one is still the same is asked of the database at each use. */
export function createImportedConnectors(parts: ImportedConnectorsParts): ImportedConnectors {
  const held = new Map<string, Held>();

  const find = async (scope: Scope, id: string): Promise<Connector | null> => {
    const version = await findImportedVersion(parts.database, scope, id);
    const key = `${scope.project} ${id}`;
    const known = held.get(key);
    held.delete(key);
    if (version === null) return null;
    const current = known?.version === version ? known : await load(parts, scope, id);
    if (current === null) return null;
    held.set(key, current);
    dropOldest(held);
    return current.connector;
  };

  return {
    find,
    async list(scope) {
      const found: Connector[] = [];
      // One after another: each may be megabytes.
      for (const { connector } of await listImported(parts.database, scope)) {
        const one = await find(scope, connector);
        if (one !== null) found.push(one);
      }
      return found;
    },
  };
}

async function load(parts: ImportedConnectorsParts, scope: Scope, id: string): Promise<Held | null> {
  const [row, keys] = await Promise.all([findImported(parts.database, scope, id), parts.keysOf(scope)]);
  if (row === null) return null;
  const { declaration, characters } = await openDeclaration(keys, row);
  return { version: row.version, connector: connectorOf(id, declaration, parts.http), characters };
}

function dropOldest(held: Map<string, Held>): void {
  let characters = held.values().reduce((sum, one) => sum + one.characters, 0);
  for (const [key, one] of held) {
    if ((characters <= HELD_CHARACTERS_MAX && held.size <= HELD_MAX) || held.size === 1) return;
    held.delete(key);
    characters -= one.characters;
  }
}
