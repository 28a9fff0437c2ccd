import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { useNotices } from "../ui/Notices.tsx";
import { createUploads, type Upload, type Uploads } from "./create-uploads.ts";
import { joinPath } from "./file-path.ts";

export interface PageUploads extends Pick<Uploads, "cancel" | "retry" | "clear" | "stop"> {
  readonly list: readonly Upload[];
  readonly add: (files: readonly File[], folder: string) => void;
}

/** The uploads of this visit; they end with it. */
export function useUploads(): PageUploads {
  const client = useClient();
  const queries = useQueryClient();
  const { here } = useSession();
  const { tell } = useNotices();
  const project = here.project.id;
  const [uploads] = useState(() =>
    createUploads(
      (path, body, steering) => client.putFile({ path, body, ...steering }),
      () => void queries.invalidateQueries({ queryKey: dataKeys.files(project) }),
    ),
  );
  useEffect(() => () => uploads.stop(), [uploads]);
  const list = useSyncExternalStore(uploads.subscribe, uploads.all);
  const { cancel, retry, clear, stop } = uploads;
  return {
    list,
    cancel,
    retry,
    clear,
    stop,
    add(files, folder) {
      const taken = uploads.add(files.map((file) => ({ path: joinPath(folder, file.name), file })));
      if (taken < files.length) tell(say.data.files.uploads.tooMany(taken));
    },
  };
}
