import { AppError } from "../core/errors.ts";
import type { Database } from "../core/ports/database.ts";
import { listReseals, type ResealRow } from "../store/reseals.ts";
import type { Scope } from "../store/scope.ts";
import type { KeyTools } from "./key-tools.ts";
import { activeEpoch, readEpochs, readOrganizationEpochs, type EpochFacts } from "./read-epochs.ts";
import type { ResealTools } from "./reseal.ts";
import type { ResealPart } from "./reseal-part.ts";
import type { RotatedClass } from "./rotate-project.ts";
import { requireNoUser, shredRetiredEpoch } from "./shred-retired-epoch.ts";

/** Whoever read a value just before it was resealed has opened it by then. */
export const READERS_MS = 60_000;

/**
 * Refuses, with `conflict` and what stands in the way, an epoch under which anything of the project is still sealed, or may
 * be: while its parts are being resealed, and for a minute after. Settles when the epoch may go. May be repeated.
 */
export async function requireUnused(
  tools: Pick<ResealTools, "database" | "files" | "clock" | "partsOf">,
  of: { readonly scope: Scope; readonly class: RotatedClass; readonly epoch: number },
): Promise<void> {
  const { scope, epoch } = of;
  const epochs = (await readEpochs(tools.files, scope))[of.class];
  if (isGone(epochs, epoch)) return;
  const active = activeEpoch(epochs);
  const rows = new Map((await listReseals(tools.database, scope)).map((row) => [row.part, row]));
  const parts = tools.partsOf(scope).filter((part) => part.class === of.class);
  const doneBefore = tools.clock.nowMs() - READERS_MS;
  const under = parts.filter(({ name }) => !isDone(rows.get(name), active, doneBefore));
  if (under.length > 0) throw await notResealed(tools.database, scope, under, rows);
  for (const part of parts) {
    const kept = rows.get(part.name)?.kept ?? 0;
    if ((await part.holds(tools.database, scope, epoch)) ?? kept > 0) throw stillSealed(part, epoch, kept);
  }
}

/** The same for an epoch of an organization's own key, under which nothing lies but its projects' keys. */
export async function requireOrganizationUnused(
  tools: Pick<KeyTools, "files">,
  of: { readonly organization: string; readonly epoch: number },
): Promise<void> {
  if (isGone(await readOrganizationEpochs(tools.files, of.organization), of.epoch)) return;
  await requireNoUser(tools, of);
}

/** Whether the epoch was destroyed already. Throws `conflict` for one that is not retired. */
function isGone(epochs: readonly EpochFacts[], epoch: number): boolean {
  const state = epochs.find((one) => one.epoch === epoch)?.state;
  if (state === "shredded" || state === "retired") return state === "shredded";
  throw new AppError("conflict", `Epoch ${epoch} is ${state ?? "not there"}, not retired: rotate first.`);
}

/** Destroys a retired epoch of a project's data keys. Throws as `requireUnused`. */
export async function retireEpoch(
  tools: KeyTools,
  reseal: Parameters<typeof requireUnused>[0],
  of: Parameters<typeof requireUnused>[1],
): Promise<void> {
  await requireUnused(reseal, of);
  await shredRetiredEpoch(tools, { ...of.scope, class: of.class, epoch: of.epoch });
}

function isDone(row: ResealRow | undefined, active: number | null, beforeMs: number): boolean {
  return row !== undefined && row.epoch === active && row.doneAt !== null && row.doneAt <= beforeMs;
}

function stillSealed(part: ResealPart, epoch: number, kept: number): AppError {
  const what = `${Math.max(1, kept)} values of ${part.name} are still sealed under old keys, so that epoch ${epoch} is needed`;
  return new AppError(
    "conflict",
    part.appendOnly
      ? `${what}. Records of runs are never written again: the epoch can go when these runs have been purged.`
      : `${what}: they could not be opened. Bring them back from a backup, or delete what they belong to.`,
  );
}

/** Names what values are left in, so that nobody has to read a list of what is empty. */
async function notResealed(
  database: Database,
  scope: Scope,
  parts: readonly ResealPart[],
  rows: ReadonlyMap<string, ResealRow>,
): Promise<AppError> {
  const left: string[] = [];
  for (const part of parts) {
    const row = rows.get(part.name);
    const count = row === undefined || row.doneAt !== null ? 0 : await part.left(database, scope, row);
    if (count > 0) left.push(`${part.name} (${count})`);
  }
  const what =
    left.length > 0
      ? `Not everything is resealed yet: ${left.join(", ")}.`
      : "Nothing is known to be left under it, but not all was looked at yet.";
  return new AppError("conflict", `${what} It goes on by itself, from ten minutes after a rotation; try again later.`);
}
