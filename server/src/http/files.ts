import { deleteFile, deleteFolder } from "../files/delete-files.ts";
import type { Actor } from "../files/file-parts.ts";
import { getFile, getFileAt, listDeletedFiles, listFiles, listVersions, readVolume } from "../files/list-files.ts";
import { moveFiles } from "../files/move-files.ts";
import { entityTag, readPreconditions } from "../files/preconditions.ts";
import { putFile } from "../files/put-file.ts";
import { readFile } from "../files/read-file.ts";
import { restoreFile, restoreVersion } from "../files/restore-files.ts";
import { readFileId } from "../files/show-file.ts";
import { answerWithFile } from "./file-answer.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Principal } from "./principal.ts";
import type { Call, Handlers } from "./route-call.ts";

type FileHandlers = Pick<
  Handlers,
  | "listFiles"
  | "listDeletedFiles"
  | "readVolume"
  | "findFile"
  | "putFile"
  | "moveFiles"
  | "deleteFolder"
  | "getFile"
  | "readFile"
  | "deleteFile"
  | "restoreFile"
  | "listFileVersions"
  | "restoreFileVersion"
>;

export function fileHandlers({ files }: HttpParts): FileHandlers {
  return {
    listFiles: async ({ principal, query }) => ({ status: 200, body: await listFiles(files, principal.scope, query) }),
    listDeletedFiles: async ({ principal, query }) => ({
      status: 200,
      body: await listDeletedFiles(files, principal.scope, query),
    }),
    readVolume: async ({ principal }) => ({ status: 200, body: await readVolume(files, principal.scope) }),
    findFile: async ({ principal, query }) => {
      const file = await getFileAt(files, principal.scope, query.path);
      return { status: 200, body: file, headers: { etag: entityTag(file.version) } };
    },
    putFile: async (call) => {
      const { file, created } = await putFile(files, actorOf(call.principal), {
        path: call.query.path,
        if: preconditionsOf(call),
        bytes: announced(call.headers["content-length"]),
        source: call.body,
      });
      return { status: created ? 201 : 200, body: file, headers: { etag: entityTag(file.version) } };
    },
    moveFiles: async ({ principal, body }) => ({
      status: 200,
      body: { files: await moveFiles(files, actorOf(principal), body) },
    }),
    deleteFolder: async ({ principal, body }) => ({
      status: 200,
      body: { files: await deleteFolder(files, actorOf(principal), body.path) },
    }),
    getFile: async ({ principal, params }) => {
      const file = await getFile(files, principal.scope, params.file);
      return { status: 200, body: file, headers: { etag: entityTag(file.version) } };
    },
    readFile: async ({ principal, params, query, headers }) =>
      answerWithFile(await readFile(files, principal.scope, readFileId(params.file), query.version), headers),
    deleteFile: async (call) => {
      const { principal, params, query } = call;
      const file = { id: params.file, forever: query.forever === "true", if: preconditionsOf(call) };
      await deleteFile(files, actorOf(principal), file);
      return { status: 204, body: null };
    },
    restoreFile: async ({ principal, params, body }) => ({
      status: 200,
      body: await restoreFile(files, actorOf(principal), { id: params.file, path: body.path }),
    }),
    listFileVersions: async ({ principal, params, query }) => ({
      status: 200,
      body: await listVersions(files, principal.scope, params.file, query),
    }),
    restoreFileVersion: async ({ principal, params }) => ({
      status: 200,
      body: await restoreVersion(files, actorOf(principal), { id: params.file, version: params.version }),
    }),
  };
}

function actorOf({ scope, shownId }: Principal): Actor {
  return { scope, shownId };
}

function preconditionsOf({ headers }: Pick<Call<"putFile">, "headers">): ReturnType<typeof readPreconditions> {
  return readPreconditions(headers["if-match"], headers["if-none-match"]);
}

/** Node has checked that it is one number and that no more comes than it says. */
function announced(length: string | readonly string[] | undefined): number | null {
  return typeof length === "string" ? Number(length) : null;
}
