import type { File } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useClient } from "../api/client.ts";
import { fileQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { bytesWords } from "../words.ts";
import { DownloadProgress } from "./DownloadProgress.tsx";
import { FilePreview } from "./FilePreview.tsx";
import { FileVersions } from "./FileVersions.tsx";
import { useDownload } from "./use-download.ts";
import { useDeleteFile } from "./use-files.ts";

const { panel: words } = say.data.files;

/** A file: what is in it, its facts, what it was before, what can be done with it. */
export function FilePanel({ id, close }: { id: string; close: () => void }) {
  const { here } = useSession();
  const file = useQuery(fileQuery(useClient(), here.project.id, id));
  const title = file.data ? visible(file.data.name) : say.data.files.title;
  return (
    <Panel title={title} label={title} close={close}>
      {file.isError && (
        <div className="p-4">
          <ErrorNote error={file.error} retry={() => void file.refetch()} />
        </div>
      )}
      {file.data && <FileDetails key={file.data.version} file={file.data} />}
    </Panel>
  );
}

function FileDetails({ file }: { file: File }) {
  return (
    <div className="space-y-5 p-4">
      <FileActs file={file} />
      <section aria-label={words.preview}>
        <FilePreview file={file} />
      </section>
      <Facts file={file} />
      <FileVersions file={file} />
    </div>
  );
}

function FileActs({ file }: { file: File }) {
  const client = useClient();
  const { may } = useSession();
  const search = useSearch({ from: "/files" });
  const navigate = useNavigate();
  const downloads = useDownload();
  const remove = useDeleteFile();
  const { id, version, name, deletedAt } = file;
  const write = may("file.write") && deletedAt === null;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon="download"
          onClick={() => downloads.start(name, (signal) => client.readFile({ file: id, version, signal }))}
        >
          {words.download}
        </Button>
        {write && (
          <Link {...paths.files({ ...search, panel: "move" })} className={buttonClasses("plain")}>
            {words.rename}
          </Link>
        )}
        {write && (
          <Button
            look="danger"
            onClick={() => {
              void navigate(paths.files({ ...search, file: undefined, panel: undefined }));
              remove.mutate(file);
            }}
          >
            {words.delete}
          </Button>
        )}
      </div>
      <DownloadProgress downloads={downloads} />
    </div>
  );
}

function Facts({ file }: { file: File }) {
  return (
    <dl className="grid grid-cols-[88px_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-13">
      <Fact name={words.path}>
        <span className="font-mono text-12 break-all">{visible(file.path)}</span>
      </Fact>
      <Fact name={words.type}>{file.mediaType}</Fact>
      <Fact name={words.size}>{bytesWords(file.bytes)}</Fact>
      <Fact name={words.version}>{file.version}</Fact>
      <Fact name={words.changed}>
        <Time at={file.updatedAt} /> {words.by} <CopyId id={file.updatedBy} />
      </Fact>
      <Fact name={words.created}>
        <Time at={file.createdAt} /> {words.by} <CopyId id={file.createdBy} />
      </Fact>
      {file.deletedAt !== null && (
        <Fact name={words.deleted}>
          <Time at={file.deletedAt} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
