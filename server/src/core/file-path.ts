/**
 * Paths of a project's volume: `reports/2026/march.pdf`. Compared by bytes, so letter case counts; without a slash at
 * either end; folders are the parts before the last.
 */
import { AppError } from "./errors.ts";

export const PATH_BYTES_MAX = 1024;
export const NAME_BYTES_MAX = 255;
export const DEPTH_MAX = 32;

/**
 * What shows as nothing, reorders what is shown or is no character: controls, line separators, lone surrogates,
 * noncharacters, and format characters but the two joiners that scripts and emoji need (Unicode TR 36, section 2).
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\\]|(?![\u200c\u200d])\p{Cf}/u;

/** The path in normal form C, under which one name is one text. Throws `value_invalid`, naming `field`. */
export function parseFilePath(text: string, field = "path"): string {
  // Normal form C is at most three times as long in UTF-8 as any other, and never shorter than a third.
  const wrong = text.length > PATH_BYTES_MAX * 3 ? "is too long" : faultOf(text.normalize("NFC"));
  if (wrong !== null) throw new AppError("value_invalid", `${field} ${wrong}.`, { field });
  return text.normalize("NFC");
}

/** As `parseFilePath`; the empty text is the volume itself. One slash at the end is let through. */
export function parseFolderPath(text: string, field = "folder"): string {
  return text === "" ? "" : parseFilePath(text.replace(/\/$/, ""), field);
}

function faultOf(path: string): string | null {
  if (path === "") return "is empty";
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `has more than ${PATH_BYTES_MAX} bytes`;
  if (FORBIDDEN.test(path)) return "holds a backslash, or a character that is not shown";
  const names = path.split("/");
  if (names.length > DEPTH_MAX) return `is more than ${DEPTH_MAX} folders deep`;
  for (const name of names) {
    if (name === "") return "has an empty name in it: no slash at either end, and never two in a row";
    if (/^\.+$/.test(name)) return "has a name of nothing but dots in it";
    if (name.trim() !== name) return "has a name in it that begins or ends with a space";
    if (Buffer.byteLength(name) > NAME_BYTES_MAX) return `has a name of more than ${NAME_BYTES_MAX} bytes in it`;
  }
  return null;
}

/** `c.txt` of `a/b/c.txt`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `a` and `a/b` of `a/b/c.txt`, outermost first. */
export function foldersOf(path: string): readonly string[] {
  const names = path.split("/");
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join("/"));
}

export function depthOf(path: string): number {
  return path.split("/").length;
}

/** Every path within the folder, and no other, is at least `from` and below `to`; of "" every path there is. */
export function rangeOf(folder: string): { readonly from: string; readonly to: string } {
  return folder === "" ? { from: "", to: "\u{10ffff}" } : { from: `${folder}/`, to: `${folder}0` };
}
