import { AppError } from "../core/errors.ts";

/** What was deleted can be brought back for so long. */
const RECOVERABLE_DAYS = 30;
export const RECOVERABLE_MS = RECOVERABLE_DAYS * 86_400_000;

/** Until when what was deleted then can be brought back; null for what was not. Later it is purged. */
export function recoverableUntil(deletedAt: number | null): number | null {
  return deletedAt === null ? null : deletedAt + RECOVERABLE_MS;
}

/** Throws `conflict` for what is not deleted, and for what was too long ago. */
export function requireRecoverable(what: string, deletedAt: number | null, nowMs: number): void {
  if (deletedAt === null) throw new AppError("conflict", `This ${what} is not deleted.`);
  if (nowMs - deletedAt > RECOVERABLE_MS)
    throw new AppError("conflict", `This ${what} was deleted more than ${RECOVERABLE_DAYS} days ago.`);
}
