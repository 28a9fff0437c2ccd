/** What a person does with files, with the words for it. */
import type { File } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { useAct } from "../ui/use-act.ts";

const { files: words } = say.data;

export interface FileAt {
  readonly id: string;
  readonly path: string;
  readonly name: string;
}

/** Deletes at once; while the notice stands, it comes back as it was. */
export function useDeleteFile() {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: ({ id }: FileAt) => client.deleteFile({ file: id }),
    changes: [dataKeys.files(here.project.id)],
    said: ({ name }) => words.deletedFile(name),
    undo: ({ id }) => client.restoreFile({ file: id, body: {} }),
  });
}

export function useDeleteFolder() {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: ({ path }: { path: string; name: string }) => client.deleteFolder({ body: { path } }),
    changes: [dataKeys.files(here.project.id)],
    said: ({ name }, { files }) => words.deletedFolder(name, files),
  });
}

export function useRestoreFile() {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: ({ id }: FileAt) => client.restoreFile({ file: id, body: {} }),
    changes: [dataKeys.files(here.project.id)],
    said: (_, { path }: File) => words.bin.restored(path),
  });
}

export function useEraseFile() {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: ({ id }: FileAt) => client.deleteFile({ file: id, forever: "true" }),
    changes: [dataKeys.files(here.project.id)],
    said: ({ name }) => words.bin.erased(name),
  });
}
