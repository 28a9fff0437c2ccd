/** Files as they are listed. */
import type { Database } from "../core/ports/database.ts";
import { FILE_COLUMNS, type FileRow, type PathRange } from "./files.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A file of the folder, or by its path alone the first file of a folder in it. */
export type EntryRow = FileRow | { readonly id: null; readonly path: string };

/**
 * Files and folders of a folder from `after` on, by path. Skips from one entry to the next through files_path, so that a
 * page costs as many index seeks as it has entries, however much lies in the folders.
 */
export function listEntries(
  database: Database,
  scope: Scope,
  page: { readonly folder: string; readonly from: string; readonly to: string; readonly limit: number },
): Promise<readonly EntryRow[]> {
  const prefix = page.folder === "" ? "" : `${page.folder}/`;
  return queryInScope<EntryRow>(database, scope, {
    name: "list_entries",
    text: `with recursive entry as (
        select (select f.path from steward.files f where f.project = $1 and f.deleted_at is null
          and f.path >= $2 and f.path < $3 order by f.path limit 1) as path, 1 as at
        union all
        select (select f.path from steward.files f where f.project = $1 and f.deleted_at is null
          and f.path >= case when strpos(substr(entry.path, length($4) + 1), '/') > 0
            then $4 || split_part(substr(entry.path, length($4) + 1), '/', 1) || '0'
            else entry.path || chr(1) end
          and f.path < $3 order by f.path limit 1), at + 1
        from entry where entry.path is not null and at < $5
      )
      select ${FILE_COLUMNS.replace("id, path,", "f.id, entry.path,")} from entry
      left join steward.files f on f.project = $1 and f.path = entry.path and f.deleted_at is null
        and strpos(substr(entry.path, length($4) + 1), '/') = 0
      where entry.path is not null order by entry.at`,
    values: [scope.project, page.from, page.to, prefix, page.limit],
  });
}

/** Files of a folder at any depth whose path below it holds the text, in whatever case. Reads through all of the folder. */
export function searchFiles(
  database: Database,
  scope: Scope,
  page: { readonly folder: string; readonly range: PathRange; readonly search: string; readonly limit: number },
): Promise<readonly FileRow[]> {
  return queryInScope<FileRow>(database, scope, {
    name: "search_files",
    text: `select ${FILE_COLUMNS} from steward.files where project = $1 and deleted_at is null and path >= $2 and path < $3
        and strpos(lower(substr(path, length($4) + 1) collate "default"), lower($5)) > 0
      order by path limit $6`,
    values: [scope.project, page.range.from, page.range.to, page.folder, page.search, page.limit],
  });
}

/** Deleted files, the latest first. */
export function listDeleted(
  database: Database,
  scope: Scope,
  page: { readonly before: { readonly deletedMs: number; readonly id: string } | null; readonly limit: number },
): Promise<readonly FileRow[]> {
  return queryInScope<FileRow>(database, scope, {
    name: "list_deleted_files",
    text: `select ${FILE_COLUMNS} from steward.files where project = $1 and deleted_at is not null
        and ($2::float8 is null or (deleted_at, id) < (to_timestamp($2), $3::uuid))
      order by deleted_at desc, id desc limit $4`,
    values: [
      scope.project,
      page.before === null ? null : page.before.deletedMs / 1000,
      page.before?.id ?? null,
      page.limit,
    ],
  });
}
