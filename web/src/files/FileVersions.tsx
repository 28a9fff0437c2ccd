import type { File, FileVersion } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { dataKeys, fileVersionsQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { bytesWords } from "../words.ts";
import { DownloadProgress } from "./DownloadProgress.tsx";
import { type Downloads, useDownload } from "./use-download.ts";

const { files: words } = say.data;

/** The contents a file has and had, the latest first: each to download, the earlier ones to bring back. */
export function FileVersions({ file }: { file: File }) {
  const { here } = useSession();
  const list = useInfiniteQuery(fileVersionsQuery(useClient(), here.project.id, file.id));
  const downloads = useDownload();
  const versions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-labelledby="file-versions">
      <h3 id="file-versions" className="text-13 font-semibold">
        {words.panel.versions}
      </h3>
      {list.isError && <ErrorNote error={list.error} retry={() => void list.refetch()} />}
      <ul className="mt-1">
        {versions.map((version) => (
          <VersionRow key={version.version} file={file} version={version} downloads={downloads} />
        ))}
      </ul>
      <DownloadProgress downloads={downloads} />
      {list.hasNextPage && (
        <Button className="h-7" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {say.showMore}
        </Button>
      )}
    </section>
  );
}

function VersionRow({ file, version, downloads }: { file: File; version: FileVersion; downloads: Downloads }) {
  const client = useClient();
  const { here, may } = useSession();
  const restore = useAct({
    act: () => client.restoreFileVersion({ file: file.id, version: version.version }),
    changes: [dataKeys.files(here.project.id)],
    said: (_, now) => words.panel.versionRestored(version.version, now.version),
  });
  const { version: number, bytes, createdAt, replacedAt } = version;
  return (
    <li className="flex min-h-9 items-center gap-2 border-b border-line/70 text-13">
      <span className="w-9 font-medium">{say.flows.version(number)}</span>
      <Time at={createdAt} className="text-text-2" />
      <span className="text-text-3">{bytesWords(bytes)}</span>
      <span className="ml-auto inline-flex items-center gap-1">
        {replacedAt === null && <span className="text-12 text-text-3">{words.panel.present}</span>}
        {replacedAt !== null && may("file.write") && file.deletedAt === null && (
          <Button
            look="quiet"
            className="h-7"
            aria-label={words.panel.restoreVersionOf(number)}
            disabled={restore.isPending}
            onClick={() => restore.mutate()}
          >
            {words.panel.restoreVersion}
          </Button>
        )}
        <IconButton
          icon="download"
          label={words.panel.downloadVersion(number)}
          onClick={() =>
            downloads.start(file.name, (signal) => client.readFile({ file: file.id, version: number, signal }))
          }
        />
      </span>
    </li>
  );
}
