import type { File, FileEntry, FileVersion, Volume } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { nameOf, parseFilePath, parseFolderPath, rangeOf } from "../core/file-path.ts";
import { parseId, showId } from "../core/id.ts";
import { type EntryRow, listDeleted, listEntries, searchFiles } from "../store/file-lists.ts";
import { listVersionRows } from "../store/file-versions.ts";
import { findVolume } from "../store/file-volumes.ts";
import { findFile, findFileAt } from "../store/files.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FileParts } from "./file-parts.ts";
import { noFile, readFileId, showFile, showVersion } from "./show-file.ts";

export interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

interface Paging {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

type ListParts = Pick<FileParts, "database" | "limits">;

/** Files and folders of a folder by path, or the files in it at any depth that a search finds. */
export async function listFiles(
  parts: ListParts,
  scope: Scope,
  query: Paging & { readonly folder: string; readonly search?: string | undefined },
): Promise<Page<FileEntry>> {
  const folder = parseFolderPath(query.folder);
  const { to } = rangeOf(folder);
  const from = startAfter(query.cursor, rangeOf(folder));
  const limit = query.limit + 1;
  const search = query.search?.normalize("NFC").trim() ?? "";
  const rows: readonly EntryRow[] =
    search === ""
      ? await listEntries(parts.database, scope, { folder, from, to, limit })
      : await searchFiles(parts.database, scope, { folder, range: { from, to }, search, limit });
  const entries = rows.map((row) => showEntry(row, folder));
  const items = entries.slice(0, query.limit);
  const last = items.at(-1);
  const more = entries.length > query.limit && last !== undefined;
  return { items, next: more ? (last.kind === "folder" ? `${last.path}/` : last.path) : null };
}

function showEntry(row: EntryRow, folder: string): FileEntry {
  if (row.id !== null) return showFile(row);
  const begin = folder === "" ? 0 : folder.length + 1;
  const path = row.path.slice(0, row.path.indexOf("/", begin));
  return { kind: "folder", path, name: nameOf(path) };
}

/** A cursor is the last path that was shown; of a folder with a slash, so that all of it is passed. */
function startAfter(cursor: string | undefined, range: { readonly from: string; readonly to: string }): string {
  if (cursor === undefined) return range.from;
  const path = parseFilePath(cursor.replace(/\/$/, ""), "cursor");
  const [here, from, to] = [path, range.from, range.to].map((text) => Buffer.from(text));
  if (Buffer.compare(here!, from!) < 0 || Buffer.compare(here!, to!) >= 0)
    throw new AppError("value_invalid", "cursor is of another list.", { field: "cursor" });
  return cursor.endsWith("/") ? `${path}0` : `${path}\u0001`;
}

/** Deleted files that can still be brought back, the latest first. */
export async function listDeletedFiles(parts: ListParts, scope: Scope, query: Paging): Promise<Page<File>> {
  const [, ms = "", shown = ""] = /^(\d{1,15})\.(fil_\w+)$/.exec(query.cursor ?? "") ?? [];
  const id = parseId("fil", shown);
  if (query.cursor !== undefined && id === null)
    throw new AppError("value_invalid", "cursor is of another list.", { field: "cursor" });
  const before = id === null ? null : { deletedMs: Number(ms), id };
  const rows = await listDeleted(parts.database, scope, { before, limit: query.limit + 1 });
  const shownRows = rows.slice(0, query.limit);
  const last = shownRows.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { items: shownRows.map(showFile), next: more ? `${last.deletedAt}.${showId("fil", last.id)}` : null };
}

export async function readVolume({ database, limits }: ListParts, scope: Scope): Promise<Volume> {
  const { bytes = 0, files = 0 } = (await findVolume(database, scope)) ?? {};
  return { bytes, files, bytesMax: limits.volumeBytesMax, filesMax: limits.filesMax };
}

/** Also a deleted one. Throws `not_found`. */
export async function getFile({ database }: ListParts, scope: Scope, shown: string): Promise<File> {
  const id = readFileId(shown);
  const file = await inScope(database, scope, (tx) => findFile(tx, scope.project, id));
  if (!file) throw noFile();
  return showFile(file);
}

/** Throws `not_found`, and `value_invalid` for what is no path. */
export async function getFileAt({ database }: ListParts, scope: Scope, path: string): Promise<File> {
  const parsed = parseFilePath(path);
  const file = await inScope(database, scope, (tx) => findFileAt(tx, scope.project, parsed));
  if (!file) throw noFile();
  return showFile(file);
}

/** The latest first. Throws `not_found`. */
export async function listVersions(
  parts: ListParts,
  scope: Scope,
  shown: string,
  query: Paging,
): Promise<Page<FileVersion>> {
  const { id } = await getFile(parts, scope, shown);
  const before = query.cursor === undefined ? 2 ** 31 - 1 : Number(query.cursor);
  if (!Number.isInteger(before) || before < 1 || before > 2 ** 31 - 1)
    throw new AppError("value_invalid", "cursor is of another list.", { field: "cursor" });
  const page = { file: readFileId(id), before, limit: query.limit + 1 };
  const rows = await listVersionRows(parts.database, scope, page);
  const items = rows.slice(0, query.limit).map(showVersion);
  return { items, next: rows.length > query.limit ? String(items.at(-1)!.version) : null };
}
