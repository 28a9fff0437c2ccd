import type { FileEntry } from "@steward/sdk";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu, type MenuAction } from "../ui/ActionMenu.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { bytesWords } from "../words.ts";
import type { Downloads } from "./use-download.ts";
import { useDeleteFile, useDeleteFolder } from "./use-files.ts";

const { files: words } = say.data;

/** Files and folders, by path. With `whole` each shows where it lies, as a search finds it. */
export function FileTable({
  entries,
  whole,
  downloads,
}: {
  entries: readonly FileEntry[];
  whole: boolean;
  downloads: Downloads;
}) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const [asked, ask] = useState<Extract<FileEntry, { kind: "folder" }> | null>(null);
  const removeFolder = useDeleteFolder();
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.columns.name },
          { name: words.columns.size, className: "w-24", right: true },
          { name: words.columns.changed, className: "w-36", wide: true },
          { name: words.columns.actions, className: "w-20", right: true },
        ]}
      >
        {entries.map((entry) => (
          <EntryRow key={`${entry.kind} ${entry.path}`} entry={entry} whole={whole} downloads={downloads} ask={ask} />
        ))}
      </Table>
      <Confirm
        open={asked !== null}
        close={() => ask(null)}
        title={words.deleteFolderTitle(asked?.name ?? "")}
        what={words.deleteFolderWhat}
        verb={words.panel.delete}
        act={() => asked && removeFolder.mutate(asked)}
      />
    </div>
  );
}

type Ask = (folder: Extract<FileEntry, { kind: "folder" }>) => void;

function EntryRow({
  entry,
  whole,
  downloads,
  ask,
}: {
  entry: FileEntry;
  whole: boolean;
  downloads: Downloads;
  ask: Ask;
}) {
  const search = useSearch({ from: "/files" });
  const actions = useActions(entry, downloads, ask);
  const isFolder = entry.kind === "folder";
  const to = isFolder
    ? paths.files({ folder: entry.path })
    : paths.files({ ...search, file: entry.id, panel: undefined, move: undefined });
  return (
    <Row>
      <Cell>
        <Icon
          name={isFolder ? "folder" : "file"}
          className={`mr-2 inline-block align-[-3px] ${isFolder ? "text-accent" : "text-text-3"}`}
        />
        <Link {...to} data-row aria-current={!isFolder && entry.id === search.file} className={ROW_LINK}>
          {visible(whole ? entry.path : entry.name)}
          {isFolder && <span className="sr-only">, {words.folder}</span>}
        </Link>
      </Cell>
      <Cell right className="text-13 text-text-2">
        {isFolder ? "" : bytesWords(entry.bytes)}
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {!isFolder && <Time at={entry.updatedAt} />}
      </Cell>
      <Cell right>
        {actions.length > 0 && (
          <span className="relative z-[1]">
            <ActionMenu
              label={words.actionsOf(entry.name)}
              trigger={<Icon name="more" />}
              triggerClass="inline-flex size-7 items-center justify-center rounded-md align-middle text-text-3 hover:bg-surface-3 hover:text-text-1"
              actions={actions}
            />
          </span>
        )}
      </Cell>
    </Row>
  );
}

function useActions(entry: FileEntry, downloads: Downloads, ask: Ask): readonly MenuAction[] {
  const client = useClient();
  const { may } = useSession();
  const search = useSearch({ from: "/files" });
  const navigate = useNavigate();
  const removeFile = useDeleteFile();
  const { panel } = words;
  const write = may("file.write");
  if (entry.kind === "folder") {
    if (!write) return [];
    return [
      {
        label: panel.rename,
        run: () => void navigate(paths.files({ ...search, file: undefined, panel: "move", move: entry.path })),
      },
      { label: panel.delete, danger: true, run: () => ask(entry) },
    ];
  }
  const { id, version, name } = entry;
  const download: MenuAction = {
    label: panel.download,
    icon: "download",
    run: () => downloads.start(name, (signal) => client.readFile({ file: id, version, signal })),
  };
  if (!write) return [download];
  return [
    download,
    {
      label: panel.rename,
      run: () => void navigate(paths.files({ ...search, file: id, panel: "move", move: undefined })),
    },
    { label: panel.delete, danger: true, run: () => removeFile.mutate(entry) },
  ];
}
