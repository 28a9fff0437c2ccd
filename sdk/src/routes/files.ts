import { z } from "zod";
import * as api from "../api/files.ts";
import { paging, type Route } from "../route.ts";

const byFile = z.object({ file: z.string().max(64) });
const version = z.coerce.number().int().min(1).max(2_147_483_647);
const ANY_FILE = "application/octet-stream";
const Bytes = z.string().meta({ format: "binary" });

/** The project's volume. A path is a value of the query or the body, since it has slashes of its own. */
export const fileRoutes = {
  listFiles: {
    method: "GET",
    path: "/v1/files",
    summary:
      "Files and folders of a folder, by path; with `search` the files in it at any depth whose path holds the text",
    access: { in: "project", needs: "file.read" },
    query: z.object({ ...paging, folder: api.FolderPath.default(""), search: z.string().max(200).optional() }),
    answers: { 200: z.object({ items: z.array(api.FileEntry), next: z.string().nullable() }) },
  },
  listDeletedFiles: {
    method: "GET",
    path: "/v1/files/deleted",
    summary: "Files that were deleted within the last 30 days, the latest first",
    access: { in: "project", needs: "file.read" },
    query: z.object(paging),
    answers: { 200: z.object({ items: z.array(api.File), next: z.string().nullable() }) },
  },
  readVolume: {
    method: "GET",
    path: "/v1/files/volume",
    summary: "What the project's files take, and may take",
    access: { in: "project", needs: "file.read" },
    answers: { 200: api.Volume },
  },
  findFile: {
    method: "GET",
    path: "/v1/files/at",
    summary: "The file at a path",
    access: { in: "project", needs: "file.read" },
    query: z.object({ path: api.FilePath }),
    answers: { 200: api.File },
  },
  putFile: {
    method: "PUT",
    path: "/v1/files/content",
    summary:
      "Store what is sent at a path, up to 5 GB: a new file, or the next version of the one there (If-Match, If-None-Match: *)",
    access: { in: "project", needs: "file.write" },
    query: z.object({ path: api.FilePath }),
    takes: ANY_FILE,
    answers: { 200: api.File, 201: api.File },
    problems: ["body_too_large", "conflict", "precondition_failed", "quota_exceeded", "request_timeout"],
  },
  moveFiles: {
    method: "POST",
    path: "/v1/files/move",
    summary: "Move or rename a file, or a folder with all that is in it",
    access: { in: "project", needs: "file.write" },
    body: api.FileMove,
    answers: { 200: api.FileMoved },
  },
  deleteFolder: {
    method: "POST",
    path: "/v1/files/delete-folder",
    summary: "Delete all files in a folder; recoverable for 30 days",
    access: { in: "project", needs: "file.write" },
    body: api.FolderDeletion,
    answers: { 200: api.FolderDeleted },
  },
  getFile: {
    method: "GET",
    path: "/v1/files/{file}",
    summary: "A file, also a deleted one, without its content",
    access: { in: "project", needs: "file.read" },
    params: byFile,
    answers: { 200: api.File },
  },
  readFile: {
    method: "GET",
    path: "/v1/files/{file}/content",
    summary: "A file's content, whole or a range of it; of the present version unless another is named",
    access: { in: "project", needs: "file.read" },
    params: byFile,
    query: z.object({ version: version.optional() }),
    gives: ANY_FILE,
    answers: { 200: Bytes, 206: Bytes, 304: z.null() },
    problems: ["range_unsatisfiable"],
  },
  deleteFile: {
    method: "DELETE",
    path: "/v1/files/{file}",
    summary: "Delete a file (If-Match); recoverable for 30 days, unless `forever` gives its space back at once",
    access: { in: "project", needs: "file.write" },
    params: byFile,
    query: z.object({ forever: z.enum(["true", "false"]).default("false") }),
    answers: { 204: z.null() },
    problems: ["precondition_failed"],
  },
  restoreFile: {
    method: "POST",
    path: "/v1/files/{file}/restore",
    summary: "Bring a deleted file back",
    access: { in: "project", needs: "file.write" },
    params: byFile,
    body: api.FileRestore,
    answers: { 200: api.File },
  },
  listFileVersions: {
    method: "GET",
    path: "/v1/files/{file}/versions",
    summary: "The contents a file has and had, the latest first",
    access: { in: "project", needs: "file.read" },
    params: byFile,
    query: z.object(paging),
    answers: { 200: z.object({ items: z.array(api.FileVersion), next: z.string().nullable() }) },
  },
  restoreFileVersion: {
    method: "POST",
    path: "/v1/files/{file}/versions/{version}/restore",
    summary: "Make an earlier content the present one, as a new version",
    access: { in: "project", needs: "file.write" },
    params: byFile.extend({ version }),
    answers: { 200: api.File },
    problems: ["quota_exceeded"],
  },
} as const satisfies Record<string, Route>;
