import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Page } from "../ui/Page.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";
import { DeletedFiles } from "./DeletedFiles.tsx";
import { DownloadProgress } from "./DownloadProgress.tsx";
import { DropZone } from "./DropZone.tsx";
import { FileList } from "./FileList.tsx";
import { FilePanel } from "./FilePanel.tsx";
import { LeaveUploads } from "./LeaveUploads.tsx";
import { MoveFilePanel, MovePanel } from "./MovePanel.tsx";
import { folderOf } from "./file-path.ts";
import { NewFolderPanel } from "./NewFolderPanel.tsx";
import { UploadTray } from "./UploadTray.tsx";
import { useDownload } from "./use-download.ts";
import { type PageUploads, useUploads } from "./use-uploads.ts";
import { VolumeBar } from "./VolumeBar.tsx";

const { files: words } = say.data;

/** The project's volume: its folders and files, what was deleted, what is on its way. */
export function FilesPage() {
  const { may } = useSession();
  return may("file.read") ? <Files /> : <NotFound />;
}

function Files() {
  const search = useSearch({ from: "/files" });
  const { may } = useSession();
  const navigate = useNavigate();
  const uploads = useUploads();
  const downloads = useDownload();
  const { folder = "", view } = search;
  const write = may("file.write");
  const deleted = view === "deleted";
  return (
    <Page
      title={words.title}
      panel={<FilesPanel />}
      actions={
        <>
          <DownloadProgress downloads={downloads} />
          {!deleted && (
            <SearchField
              key={folder}
              label={words.search}
              value={search.search ?? ""}
              change={(next) =>
                void navigate({ ...paths.files({ folder: search.folder, search: next }), replace: true })
              }
            />
          )}
          {write && !deleted && (
            <>
              <Link
                {...paths.files({ ...search, file: undefined, panel: "new-folder" })}
                className={buttonClasses("plain", "max-md:hidden")}
              >
                {words.newFolder}
              </Link>
              <UploadButton uploads={uploads} folder={folder} />
            </>
          )}
        </>
      }
    >
      <TabBar label={words.title}>
        {/* In every folder, but not among the deleted ones. */}
        <Link {...paths.files({ view: undefined })} activeOptions={{ explicitUndefined: true }} className={TAB}>
          {words.title}
        </Link>
        <Link {...paths.files({ view: "deleted" })} className={TAB}>
          {words.bin.title}
        </Link>
        <span className="ml-auto flex items-center max-md:hidden">
          <VolumeBar />
        </span>
      </TabBar>
      {deleted ? (
        <DeletedFiles />
      ) : (
        <DropZone folder={folder} take={write ? (files) => uploads.add(files, folder) : null}>
          <FileList downloads={downloads} />
        </DropZone>
      )}
      <UploadTray uploads={uploads} />
      <LeaveUploads uploads={uploads} />
    </Page>
  );
}

function FilesPanel() {
  const search = useSearch({ from: "/files" });
  const { may } = useSession();
  const navigate = useNavigate();
  const { folder, file, panel, move } = search;
  const write = may("file.write");
  const close = () => void navigate(paths.files({ ...search, file: undefined, panel: undefined, move: undefined }));
  const back = () => void navigate(paths.files({ ...search, panel: undefined }));
  if (panel === "new-folder" && write)
    return (
      <NewFolderPanel folder={folder ?? ""} close={close} go={(next) => void navigate(paths.files({ folder: next }))} />
    );
  if (panel === "move" && write && move !== undefined)
    return (
      <MovePanel
        key={move}
        from={move}
        close={close}
        moved={(to) => void navigate(paths.files({ folder: folderOf(to) || undefined }))}
      />
    );
  if (panel === "move" && write && file !== undefined) return <MoveFilePanel key={file} id={file} close={back} />;
  return file === undefined ? null : <FilePanel key={file} id={file} close={close} />;
}

function UploadButton({ uploads, folder }: { uploads: PageUploads; folder: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="primary" icon="upload" onClick={() => input.current?.click()}>
        {words.upload}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.upload}
        onChange={({ target }) => {
          uploads.add([...(target.files ?? [])], folder);
          // The same file again is a choice too.
          target.value = "";
        }}
      />
    </>
  );
}
