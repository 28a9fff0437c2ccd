import { AppError } from "../core/errors.ts";

/** What was deleted can be brought back for so long. */
export const RECOVERABLE_DAYS = 30;
const DAY_MS = 86_400_000;

/** Throws `conflict` for what is not deleted, and for what was too long ago. */
export function requireRecoverable(what: string, deletedAt: number | null, nowMs: number): void {
  if (deletedAt === null) throw new AppError("conflict", `This ${what} is not deleted.`);
  if (nowMs - deletedAt > RECOVERABLE_DAYS * DAY_MS)
    throw new AppError("conflict", `This ${what} was deleted more than ${RECOVERABLE_DAYS} days ago.`);
}
