import { ConnectionLostError, sqlState } from "../../core/ports/database.ts";
import { codeOf } from "../../core/thrown.ts";

/** The server ends the session with these (classes 08 and 57P0x, idle timeouts, too many connections), or doesn't let us in now. */
const LOST_STATES = new Set(["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "53300"]);
const LOST_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** The driver's own, which have no code. */
const LOST_MESSAGES = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed and is not queryable",
  "timeout exceeded when trying to connect",
  "Cannot use a pool after calling end on the pool",
];

/** Whether the driver's error means that the connection is gone or can't be made, as opposed to an answer to the statement. */
export function saysConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null) return state.startsWith("08") || LOST_STATES.has(state);
  if (LOST_CODES.has(codeOf(error) ?? "")) return true;
  return LOST_MESSAGES.some((text) => error.message.startsWith(text));
}

/** The error as callers of the port get it. */
export function translateError(error: unknown, committed: "no" | "unknown"): unknown {
  if (error instanceof ConnectionLostError || !saysConnectionLost(error)) return error;
  return new ConnectionLostError(committed, { cause: error });
}
