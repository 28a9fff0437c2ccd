import { isUrl, readUrl } from "./read-hosts.ts";

const TEXT_CHARACTERS_MAX = 16_384;
const SEGMENTS_MAX = 256;
/** How often a text may be encoded over; nobody does it more than twice in earnest. */
const DECODINGS_MAX = 4;

/** A path in every reading that a program may give it: as it stands, and with each layer of percent encoding taken off. */
export interface PathReadings {
  /** `https://host[:port]` of a URL; `/` of a path from the root, "" of one that is relative. */
  readonly root: string;
  readonly readings: readonly (readonly string[])[];
}

/**
 * The segments of a path, or of a URL without its query, after `.` and `..` are resolved. Null when it climbs above its
 * root or can't be read in one way only: backslashes, control characters, names of nothing but dots and blanks,
 * characters that compatibility turns into a slash or dots, encodings without end.
 */
export function readPath(text: string): PathReadings | null {
  if (text.length > TEXT_CHARACTERS_MAX || !text.isWellFormed()) return null;
  if (isUrl(text)) return readUrlPath(text);
  if (text.startsWith("//")) return null;
  const root = text.startsWith("/") ? "/" : "";
  const readings = readingsOf(text);
  return readings && { root, readings };
}

function readUrlPath(text: string): PathReadings | null {
  const target = readUrl(text);
  if (target === null) return null;
  // The path as it was written: the URL parser has resolved `..` of its own, other programs resolve theirs.
  const written = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(text)?.[1] ?? "";
  const [parsed] = target.path.split("?", 1);
  const readings = readingsOf(written);
  const plain = readingsOf(parsed ?? "");
  return readings && plain && { root: target.origin, readings: [...readings, ...plain] };
}

function readingsOf(text: string): readonly (readonly string[])[] | null {
  const readings: (readonly string[])[] = [];
  let layer = text;
  for (let time = 0; time <= DECODINGS_MAX; time++) {
    const segments = segmentsOf(layer);
    if (segments === null) return null;
    readings.push(segments);
    const decoded = decode(layer);
    if (decoded === layer) return readings;
    layer = decoded;
  }
  return null;
}

/** Each `%XX` as its byte, whatever surrounds it; bytes that are no UTF-8 become U+FFFD, and are none of a path's marks. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

/** Resolved; empty ones are left out, as most programs read `a//b`. Beside `..` it is not the same to all of them. */
function segmentsOf(text: string): readonly string[] | null {
  if (/[\p{Cc}\\]/u.test(text)) return null;
  const resolved: string[] = [];
  const segments = text.split("/");
  if (segments.length > SEGMENTS_MAX || (text.includes("//") && segments.includes(".."))) return null;
  for (const segment of segments) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") {
      if (resolved.pop() === undefined) return null;
    } else if (mayMeanAnother(segment)) return null;
    else resolved.push(segment);
  }
  return resolved;
}

/** `. .`, `..;x` and the like, which some programs take for `..`, and what becomes a mark of paths in compatibility form. */
function mayMeanAnother(segment: string): boolean {
  if (/^[.\s]+(?:;|$)/u.test(segment)) return true;
  const compatible = segment.normalize("NFKC");
  return compatible !== segment && (/[/\\%]/.test(compatible) || /^[.\s]+(?:;|$)/u.test(compatible));
}

/**
 * Whether the path is `prefix` or lies below it, whole segments compared, in every reading. A URL's prefix may be written
 * encoded or not, a path's stands for itself.
 */
export function liesWithin(path: PathReadings, prefix: PathReadings): boolean {
  if (path.root !== prefix.root) return false;
  const wanted = isUrl(prefix.root) ? prefix.readings : prefix.readings.slice(0, 1);
  return path.readings.every((segments) => wanted.some((own) => own.every((segment, at) => segments[at] === segment)));
}

/** Whether a prefix leaves anything out: of a path the root itself does not, of a URL its host does. */
export function leavesOut({ root, readings }: PathReadings): boolean {
  return isUrl(root) || (readings[0] ?? []).length > 0;
}
