import { AppError } from "../core/errors.ts";

/** Bytes from `from` up to, not including, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The one range that a Range header asks for, or null for the whole: without the header, for several ranges and for what
 * is no range (RFC 9110, section 14.2 lets a server ignore it). Throws `range_unsatisfiable` beyond the end.
 */
export function readRange(header: string | undefined, bytes: number): ByteRange | null {
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? "") ?? [];
  if (first === "" && last === "") return null;
  if (first === "") {
    if (Number(last) === 0 || bytes === 0) throw unsatisfiable(bytes);
    return { from: Math.max(0, bytes - Number(last)), to: bytes };
  }
  const [from, to] = [Number(first), last === "" ? bytes : Number(last) + 1];
  if (to <= from && last !== "") return null; // its end lies before its begin: not valid
  if (from >= bytes) throw unsatisfiable(bytes);
  return { from, to: Math.min(to, bytes) };
}

function unsatisfiable(bytes: number): AppError {
  return new AppError("range_unsatisfiable", `There are ${bytes} bytes.`, { bytes });
}
