/** What versions act with, written beside them: when they are published, and of earlier ones once they are opened. */
import { usesOf } from "../core/flow/uses-of.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import {
  findProjectOfUnknown,
  insertFlowUses,
  listUnknownVersions,
  setUsesKnown,
  type UnknownVersion,
} from "../store/flow-uses.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowFile } from "@steward/sdk";
import { openDefinition } from "./sealed-flow.ts";

/** Opened in one transaction: about 10 ms. */
const BATCH = 20;
/** Of one project, by whoever needs to know now. */
const BATCHES_MAX = 5_000;
/** Batches of one turn. */
const TURN_MAX = 50;

/** In the transaction that writes the version, after it. */
export async function noteUses(
  tx: Transaction,
  project: string,
  { flow, version, file }: { readonly flow: string; readonly version: number; readonly file: FlowFile },
): Promise<void> {
  for (const statement of insertFlowUses(project, { flow, version }, usesOf(file))) await tx.query(statement);
  await tx.query(setUsesKnown(project, flow, version));
}

export interface UsesParts {
  readonly database: Database;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
}

/** Opens all versions of a project that nobody has opened yet. May be repeated, also by several at once. */
export async function learnUses({ database, keysOf }: UsesParts, scope: Scope): Promise<void> {
  const keys = await keysOf(scope);
  for (let batch = 0; batch < BATCHES_MAX; batch++)
    if ((await inScope(database, scope, (tx) => learnSome(tx, scope.project, keys, BATCH))) < BATCH) return;
}

/** The same within a transaction, for what was published since by a program that writes no uses. */
export async function learnRest(tx: Transaction, project: string, keys: ProjectKeys): Promise<void> {
  for (let batch = 0; batch < BATCHES_MAX; batch++) if ((await learnSome(tx, project, keys, BATCH)) < BATCH) return;
}

async function learnSome(tx: Transaction, project: string, keys: ProjectKeys, limit: number): Promise<number> {
  const unknown = await listUnknownVersions(tx, project, limit);
  for (const one of unknown) await noteUses(tx, project, { ...one, file: fileOf(keys, one) });
  return unknown.length;
}

function fileOf(keys: ProjectKeys, { flow, version, definition }: UnknownVersion): FlowFile {
  return openDefinition(keys, flow, version, definition);
}

export interface UsesTurns {
  /** Opens some versions that were published before uses were written; gives how many projects it has looked at. */
  turn(): Promise<number>;
}

/** Goes through all projects once, and on from there; a project whose keys are gone is passed by. */
export function createUsesTurns(
  parts: UsesParts & { readonly dispatch: Database; readonly log: (message: string, error?: unknown) => void },
): UsesTurns {
  let after: string | null = null;
  return {
    async turn() {
      let looked = 0;
      while (looked < TURN_MAX) {
        const scope: Scope | null = await findProjectOfUnknown(parts.dispatch, after);
        after = scope?.project ?? null;
        if (scope === null) break;
        looked += 1;
        await learnUses(parts, scope).catch((error: unknown) =>
          parts.log(`what the flows of project ${scope.project} use could not be read`, error),
        );
      }
      return looked;
    },
  };
}
