import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { listReseals } from "../store/reseals.ts";
import type { Scope } from "../store/scope.ts";
import type { ResealPart } from "./reseal-part.ts";
import type { RotatedClass } from "./rotate-project.ts";

/** How far a part has come to its newest key. */
export interface PartProgress {
  readonly part: string;
  readonly class: RotatedClass;
  readonly state: "waiting" | "under_way" | "done";
  /** Values under an older key, as far as known. */
  readonly left: number;
  readonly resealed: number;
  readonly appendOnly: boolean;
}

/** By part; none where nothing was rotated. What is not yet walked is counted now. */
export async function resealProgress(
  {
    database,
    clock,
    partsOf,
  }: {
    readonly database: Database;
    readonly clock: Clock;
    readonly partsOf: (scope: Scope) => readonly ResealPart[];
  },
  scope: Scope,
): Promise<readonly PartProgress[]> {
  const rows = new Map((await listReseals(database, scope)).map((row) => [row.part, row]));
  const progress: PartProgress[] = [];
  for (const part of partsOf(scope)) {
    const row = rows.get(part.name);
    if (row === undefined) continue;
    const state = row.doneAt !== null ? "done" : row.dueAt > clock.nowMs() ? "waiting" : "under_way";
    const ahead = row.doneAt === null ? await part.left(database, scope, row) : 0;
    progress.push({
      part: part.name,
      class: part.class,
      state,
      left: row.kept + ahead,
      resealed: row.resealed,
      appendOnly: part.appendOnly,
    });
  }
  return progress;
}
