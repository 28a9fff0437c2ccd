/**
 * After a rotation, everything that was sealed before is sealed with the new key, while everybody reads and writes.
 * S1 Whoever seals, seals with the active epoch; none of what was sealed before a rotation is still on its way into a row
 *    `GRACE_MS` after it. So what a walk that begins then has passed is under the new key, and stays so.
 * S2 A page is one transaction: its values, and how far the walk has come. Cut off anywhere, the page is done again.
 * S3 A value is changed only where it still is what was read; whoever wrote in between wrote under the new key.
 * S4 What is append-only (R4) is counted and left. What can't be opened is left and counted too.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import {
  beginReseals,
  listKeptReseals,
  listOpenReseals,
  lockReseal,
  moveReseal,
  repeatReseals,
  type OpenReseal,
} from "../store/reseals.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { parseProjectKeyFile } from "./key-file.ts";
import type { ProjectKeys } from "./keyring.ts";
import { activeEpoch, readEpochs } from "./read-epochs.ts";
import type { ResealPart } from "./reseal-part.ts";
import { SealError } from "./seal-error.ts";

export interface ResealTools {
  readonly database: Database;
  /** As steward_dispatch. */
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly files: Pick<KeyFiles, "read" | "list">;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  /** What is sealed of such a project. */
  readonly partsOf: (scope: Scope) => readonly ResealPart[];
  readonly log: (message: string, error?: unknown) => void;
}

export interface Reseal {
  /** To be told after a rotation of the project. May be repeated; does nothing where no epoch is retired. */
  begin(scope: Scope): Promise<void>;
  /** A bounded turn; gives how many pages it did. Two at once, in whatever processes, share the work. */
  turn(): Promise<number>;
}

/** Longer than anything takes from being sealed to lying in its row or in the blob store (S1). */
export const GRACE_MS = 10 * 60_000;
/** Of one part before the next has its turn, and of one turn. */
const PAGES_OF_PART = 10;
const PAGES_OF_TURN = 100;
/** All key files are read at a process's first turn and then as often, for rotations that were not told of. */
const LOOK_MS = 3_600_000;
/** Rows that hold values which had to be left may go. */
const REPEAT_MS = 86_400_000;
const PROJECTS_MAX = 1000;

export function createReseal(tools: ResealTools): Reseal {
  const { dispatch, clock, log } = tools;
  let after: OpenReseal | null = null;
  let lookedMs = Number.NEGATIVE_INFINITY;

  const begin = (scope: Scope): Promise<void> => beginOf(tools, scope);

  const look = async (): Promise<void> => {
    if (clock.monotonicMs() - lookedMs < LOOK_MS) return;
    lookedMs = clock.monotonicMs();
    for (const name of await tools.files.list("projects")) {
      try {
        const bytes = await tools.files.read(name);
        if (bytes !== null) await begin(parseProjectKeyFile(bytes, name));
      } catch (error) {
        log(`what ${name} has of old keys is unknown`, error);
      }
    }
    const beforeMs = clock.nowMs() - REPEAT_MS;
    for (const scope of await listKeptReseals(dispatch, beforeMs, PROJECTS_MAX))
      await repeatReseals(tools.database, scope, beforeMs);
  };

  return {
    begin,
    async turn() {
      await look();
      let pages = 0;
      let wrapped: boolean = after === null;
      while (pages < PAGES_OF_TURN) {
        const [open]: readonly OpenReseal[] = await listOpenReseals(dispatch, clock.nowMs(), after, 1);
        after = open ?? null; // one that fails is passed by, until the next round
        if (open === undefined) {
          if (wrapped) break;
          wrapped = true;
          continue;
        }
        try {
          pages += await walkPart(tools, open, Math.min(PAGES_OF_PART, PAGES_OF_TURN - pages));
        } catch (error) {
          log(`${open.part} of the project ${open.project} was not resealed`, error);
          break; // what failed may be the database or the store itself
        }
      }
      return pages;
    },
  };
}

async function beginOf({ database, files, clock, partsOf }: ResealTools, scope: Scope): Promise<void> {
  const epochs = await readEpochs(files, scope);
  const parts = partsOf(scope).flatMap((part) => {
    const own = epochs[part.class];
    const epoch = activeEpoch(own);
    const isDue = epoch !== null && own.some(({ state }) => state === "retired");
    return isDue ? [{ part: part.name, epoch }] : [];
  });
  if (parts.length > 0) await beginReseals(database, scope, parts, clock.nowMs() + GRACE_MS);
}

/** Gives how many pages it did: at least one, for a part that is in another's hands counts as one too. */
async function walkPart(tools: ResealTools, open: OpenReseal, pagesMax: number): Promise<number> {
  const scope = { organization: open.organization, project: open.project };
  const part = tools.partsOf(scope).find(({ name }) => name === open.part);
  if (part === undefined) return 1; // of a newer program, which goes on with it
  const keys = await usableKeys(tools, scope);
  for (let pages = 1; ; pages++) {
    const isDone = await inScope(tools.database, scope, async (tx) => {
      const row = await lockReseal(tx, scope.project, part.name);
      if (row === null) return true;
      const walked = keys === null ? { resealed: 0, kept: 0, after: null } : await part.walk(tx, scope, keys, row);
      const doneMs = walked.after === null ? tools.clock.nowMs() : null;
      await moveReseal(tx, scope.project, part.name, { ...walked, doneMs });
      return doneMs !== null;
    });
    if (isDone || pages >= pagesMax) return pages;
  }
}

/** Null of a project whose keys were destroyed: nothing of it is left to be sealed. */
async function usableKeys({ keysOf }: ResealTools, scope: Scope): Promise<ProjectKeys | null> {
  try {
    const keys = await keysOf(scope);
    keys.digest("blob", ""); // the file of destroyed keys is still there, and read: only using one of them tells
    return keys;
  } catch (error) {
    if (error instanceof SealError && error.reason === "shredded") return null;
    throw error;
  }
}
