import type { Database, Transaction } from "../core/ports/database.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { countSealed, pageOfSealed, putSealed, type SealedColumn, type SealedRow } from "../store/sealed-columns.ts";
import type { ProjectKeys } from "./keyring.ts";
import type { RotatedClass } from "./rotate-project.ts";
import { SealError } from "./seal-error.ts";

/** What is sealed of a project and is brought to its new key by itself: a column, or the blobs. */
export interface ResealPart {
  /** `table.column`, as the catalogue has it. */
  readonly name: string;
  readonly class: RotatedClass;
  /** Its values are never written again (R4): they are counted, and go with their rows. */
  readonly appendOnly: boolean;
  /** A page of it, in the caller's transaction and in the project's scope. */
  walk(tx: Transaction, scope: Scope, keys: ProjectKeys, from: WalkFrom): Promise<Walked>;
  /** Whether anything is sealed under the epoch now; null where only the walk knows. */
  holds(database: Database, scope: Scope, epoch: number): Promise<boolean | null>;
  /** How many values, `LEFT_MAX` at most, the rest of the walk has before it. */
  left(database: Database, scope: Scope, from: WalkFrom): Promise<number>;
}

export interface WalkFrom {
  /** The epoch that seals now. */
  readonly epoch: number;
  readonly after: readonly string[] | null;
}

export interface Walked {
  readonly resealed: number;
  /** Left under another epoch. */
  readonly kept: number;
  /** The key of the last row; null when there are no more. */
  readonly after: readonly string[] | null;
}

export const LEFT_MAX = 100_000;
const PAGE = 50;
const COUNTED = 5000;
/** 10,000,000 values. */
const PAGES_MAX = 2000;

/** A column that may be written. `reseal` gives the bytes under the new key, null where they are already; it throws `SealError`. */
export function columnPart(
  of: SealedColumn,
  kind: RotatedClass,
  reseal: (keys: ProjectKeys, row: SealedRow, sealed: Buffer) => Buffer | null,
): ResealPart {
  return {
    ...countedPart(of, kind),
    appendOnly: false,
    async walk(tx, scope, keys, { epoch, after }) {
      const rows = await pageOfSealed(tx, of, epoch, { project: scope.project, after, limit: PAGE });
      const changed: { key: readonly string[]; before: Buffer; after: Buffer }[] = [];
      let kept = 0;
      for (const row of rows) {
        if (row.sealed === null) continue;
        const sealed = resealOr(() => reseal(keys, row, row.sealed!));
        if (sealed === "damaged") kept++;
        else if (sealed !== null) changed.push({ key: row.key, before: row.sealed, after: sealed });
      }
      const resealed = await putSealed(tx, of, scope.project, changed);
      return { resealed, kept, after: rows.length < PAGE ? null : rows.at(-1)!.key };
    },
  };
}

/** A column whose rows are never written again. */
export function appendOnlyPart(of: SealedColumn): ResealPart {
  return {
    ...countedPart(of, "content"),
    appendOnly: true,
    async walk(tx, { project }, _keys, { epoch, after }) {
      const asked = { epoch, under: false };
      const { rows, found, last } = await countSealed(tx, of, asked, { project, after, limit: COUNTED });
      return { resealed: 0, kept: found, after: rows < COUNTED ? null : last };
    },
  };
}

/** What can't be opened stays as it is, whatever is wrong with it. */
export function resealOr(reseal: () => Buffer | null): Buffer | null | "damaged" {
  try {
    return reseal();
  } catch (error) {
    if (error instanceof SealError) return "damaged";
    throw error;
  }
}

function countedPart(of: SealedColumn, kind: RotatedClass): Pick<ResealPart, "name" | "class" | "holds" | "left"> {
  const count = async (
    database: Database,
    scope: Scope,
    asked: { epoch: number; under: boolean },
    from: { after: readonly string[] | null; enough: number; pages: number },
  ): Promise<number> => {
    let { after } = from;
    let found = 0;
    for (let page = 0; page < from.pages; page++) {
      const one = { project: scope.project, after, limit: COUNTED };
      const counted = await inScope(database, scope, (tx) => countSealed(tx, of, asked, one));
      found += counted.found;
      if (found >= from.enough || counted.rows < COUNTED) return Math.min(found, from.enough);
      after = counted.last;
    }
    return from.enough; // more than anybody waits for: taken for as much as was asked about
  };
  return {
    name: `${of.table}.${of.column}`,
    class: kind,
    holds: async (database, scope, epoch) =>
      (await count(database, scope, { epoch, under: true }, { after: null, enough: 1, pages: PAGES_MAX })) > 0,
    left: (database, scope, { epoch, after }) =>
      count(database, scope, { epoch, under: false }, { after, enough: LEFT_MAX, pages: LEFT_MAX / COUNTED }),
  };
}
