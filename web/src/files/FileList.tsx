import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { filesQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { FileTable } from "./FileTable.tsx";
import { FolderBar } from "./FolderBar.tsx";
import type { Downloads } from "./use-download.ts";

const { files: words } = say.data;

/** What lies in the folder of the address, or what its search finds in it. */
export function FileList({ downloads }: { downloads: Downloads }) {
  const { folder = "", search = "" } = useSearch({ from: "/files" });
  const { here } = useSession();
  const list = useInfiniteQuery(filesQuery(useClient(), here.project.id, folder, search));
  return (
    <>
      <div className="flex min-h-10 items-center px-4 py-2 md:px-6">
        <FolderBar folder={folder} />
      </div>
      <Listed list={list} noun={words.noun} empty={<Nothing folder={folder} search={search} />}>
        {(entries) => <FileTable entries={entries} whole={search !== ""} downloads={downloads} />}
      </Listed>
    </>
  );
}

function Nothing({ folder, search }: { folder: string; search: string }) {
  if (search !== "") return <EmptyState title={words.nothing(search)} what={words.nothingWhat} />;
  if (folder !== "") return <EmptyState title={words.folderEmpty.title} what={words.folderEmpty.what} />;
  return (
    <EmptyState title={words.empty.title} what={words.empty.what}>
      <code className="block max-w-full overflow-x-auto rounded-md border border-line bg-surface-1 px-3 py-2 font-mono text-12">
        {words.empty.command}
      </code>
    </EmptyState>
  );
}
