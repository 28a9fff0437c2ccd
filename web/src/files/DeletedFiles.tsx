import type { File } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { deletedFilesQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { bytesWords } from "../words.ts";
import { useEraseFile, useRestoreFile } from "./use-files.ts";

const { files: words } = say.data;

/** What was deleted and can still be brought back. */
export function DeletedFiles() {
  const { here } = useSession();
  const list = useInfiniteQuery(deletedFilesQuery(useClient(), here.project.id));
  return (
    <>
      <p className="max-w-[72ch] px-4 py-3 text-13 text-text-2 md:px-6">{words.bin.what}</p>
      <Listed
        list={list}
        noun={words.fileNoun}
        empty={<EmptyState title={words.bin.empty} what={words.bin.emptyWhat} />}
      >
        {(files) => <DeletedTable files={files} />}
      </Listed>
    </>
  );
}

function DeletedTable({ files }: { files: readonly File[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { may } = useSession();
  const [asked, ask] = useState<File | null>(null);
  const restore = useRestoreFile();
  const erase = useEraseFile();
  const { bin } = words;
  return (
    <div ref={rows}>
      <Table
        label={bin.title}
        columns={[
          { name: words.columns.name },
          { name: words.columns.size, className: "w-24", right: true, wide: true },
          { name: bin.deleted, className: "w-36", wide: true },
          ...(may("file.write") ? [{ name: words.columns.actions, className: "w-52", right: true }] : []),
        ]}
      >
        {files.map((file) => (
          <Row key={file.id}>
            <Cell>
              <Link {...paths.files({ view: "deleted", file: file.id })} data-row className={ROW_LINK}>
                {visible(file.path)}
              </Link>
            </Cell>
            <Cell wide right className="text-13 text-text-2">
              {bytesWords(file.bytes)}
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {file.deletedAt !== null && <Time at={file.deletedAt} />}
            </Cell>
            {may("file.write") && (
              <Cell right>
                <span className="relative z-[1] inline-flex gap-1">
                  <Button
                    look="quiet"
                    className="h-7"
                    aria-label={bin.restoreOf(file.name)}
                    onClick={() => restore.mutate(file)}
                  >
                    {bin.restore}
                  </Button>
                  <Button look="quiet" className="h-7" aria-label={bin.eraseOf(file.name)} onClick={() => ask(file)}>
                    {bin.erase}
                  </Button>
                </span>
              </Cell>
            )}
          </Row>
        ))}
      </Table>
      <Confirm
        open={asked !== null}
        close={() => ask(null)}
        title={bin.eraseTitle(asked?.name ?? "")}
        what={bin.eraseWhat}
        verb={bin.erase}
        act={() => asked && erase.mutate(asked)}
      />
    </div>
  );
}
