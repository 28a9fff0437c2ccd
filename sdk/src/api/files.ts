/** The project's volume, as the API takes and gives it. */
import { z } from "zod";
import { Time } from "../api.ts";

export const FileId = z.string().regex(/^fil_[0-9a-z]{26}$/, "an id that begins with fil_");
/** `reports/march.pdf`: no slash at either end, letter case counts. What else it may hold is checked where it is used. */
export const FilePath = z.string().min(1).max(3072);
/** A folder's path; empty is the volume itself. */
export const FolderPath = z.string().max(3072);

export const File = z.object({
  kind: z.literal("file"),
  id: FileId,
  path: z.string(),
  name: z.string(),
  /** By its content, not by what its sender said. */
  mediaType: z.string(),
  /** What may be shown in place; everything else is for downloading only. */
  preview: z.enum(["image", "text"]).nullable(),
  bytes: z.int(),
  /** Counts up with each content; the entity tag is `"<version>"`. */
  version: z.int(),
  createdAt: Time,
  /** `mem_…` or `key_…`. */
  createdBy: z.string(),
  updatedAt: Time,
  updatedBy: z.string(),
  /** It can be brought back for 30 days after. */
  deletedAt: Time.nullable(),
});
export const Folder = z.object({ kind: z.literal("folder"), path: z.string(), name: z.string() });
export const FileEntry = z.discriminatedUnion("kind", [File, Folder]);

export const FileVersion = z.object({
  version: z.int(),
  mediaType: z.string(),
  bytes: z.int(),
  createdAt: Time,
  createdBy: z.string(),
  /** When the next one took its place; null of the present one. */
  replacedAt: Time.nullable(),
});

/** What the project's files take, deleted ones and earlier versions included, and may take. */
export const Volume = z.object({ bytes: z.int(), bytesMax: z.int(), files: z.int(), filesMax: z.int() });

export const FileMove = z.strictObject({
  /** A file, or a folder with all that is in it. */
  from: FilePath,
  to: FilePath,
  /** What is at `to` goes to the deleted files. */
  overwrite: z.boolean().default(false),
});
export const FileMoved = z.object({ files: z.int() });
export const FolderDeletion = z.strictObject({ path: FilePath });
export const FolderDeleted = z.object({ files: z.int() });
/** Where a deleted file comes back to; by default where it was. */
export const FileRestore = z.strictObject({ path: FilePath.optional() });

export type File = z.infer<typeof File>;
export type Folder = z.infer<typeof Folder>;
export type FileEntry = z.infer<typeof FileEntry>;
export type FileVersion = z.infer<typeof FileVersion>;
export type Volume = z.infer<typeof Volume>;
