import { AppError } from "../core/errors.ts";

/** What a caller asks to hold before a change (RFC 9110, section 13.1). */
export interface Preconditions {
  /** The file must be there, in one of these versions; null when any will do. */
  readonly match: readonly number[] | "any" | null;
  /** Nothing must be there. */
  readonly none: boolean;
}

type Header = string | readonly string[] | undefined;

/** Of If-Match and If-None-Match. Throws `invalid_request` for what is not a list of entity tags. */
export function readPreconditions(ifMatch: Header, ifNoneMatch: Header): Preconditions {
  const none = textOf(ifNoneMatch, "If-None-Match");
  if (none !== null && none !== "*") throw new AppError("invalid_request", "If-None-Match takes * here.");
  const match = textOf(ifMatch, "If-Match");
  if (match === null || match === "*") return { match: match === null ? null : "any", none: none !== null };
  const tags = match.split(",").map((tag) => /^\s*"(\d{1,10})"\s*$/.exec(tag)?.[1]);
  if (tags.some((tag) => tag === undefined)) {
    throw new AppError("invalid_request", 'If-Match takes entity tags as they were given, such as "3", or *.');
  }
  return { match: tags.map(Number), none: none !== null };
}

/** Throws `precondition_failed`; `version` is of the file that is there, null when there is none. */
export function checkPreconditions({ match, none }: Preconditions, version: number | null): void {
  if (none && version !== null) {
    throw new AppError("precondition_failed", `There is a file already, in version ${version}.`, { version });
  }
  if (match === null || (version !== null && (match === "any" || match.includes(version)))) return;
  const now = version === null ? "There is no such file." : `The file is in version ${version} now.`;
  throw new AppError("precondition_failed", now, { version });
}

/** `"3"`, of a content that never changes under that number. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

function textOf(header: Header, name: string): string | null {
  if (header === undefined) return null;
  if (typeof header !== "string") throw new AppError("invalid_request", `There is more than one ${name}.`);
  return header.trim();
}
