import type { KeyFiles } from "../core/ports/key-files.ts";
import { parseProjectKeyFile, type ProjectKeyFile } from "./key-file.ts";
import { SealError } from "./seal-error.ts";

export interface ProjectFiles {
  readonly own: readonly { readonly name: `projects/${string}`; readonly file: ProjectKeyFile }[];
  /** Nobody can say whose these are. */
  readonly damaged: readonly `projects/${string}`[];
}

/** A project's file for a verb that was given its organization. Throws `SealError`, `tampered` when it is another's. */
export function parseFileOf(organization: string, bytes: Uint8Array, name: `projects/${string}`): ProjectKeyFile {
  const file = parseProjectKeyFile(bytes, name);
  if (file.organization === organization && name === `projects/${file.project}`) return file;
  throw new SealError("tampered", `the key file ${name} is of another organization or project`);
}

/** The key files of an organization's projects: every project's is read, about 0.2 ms each. */
export async function projectFilesOf(files: KeyFiles, organization: string): Promise<ProjectFiles> {
  const own: { name: `projects/${string}`; file: ProjectKeyFile }[] = [];
  const damaged: `projects/${string}`[] = [];
  for (const name of await files.list("projects")) {
    const bytes = await files.read(name);
    if (bytes === null) continue;
    try {
      const file = parseProjectKeyFile(bytes, name);
      if (file.organization === organization) own.push({ name, file });
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      damaged.push(name);
    }
  }
  return { own, damaged };
}
