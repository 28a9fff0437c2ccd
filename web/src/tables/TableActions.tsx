import type { Table } from "@steward/sdk";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { DownloadProgress } from "../files/DownloadProgress.tsx";
import { useDownload } from "../files/use-download.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu, type MenuAction } from "../ui/ActionMenu.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { TypedConfirm } from "../ui/TypedConfirm.tsx";
import { useAct } from "../ui/use-act.ts";
import { useTableView } from "./use-table-view.ts";

const { tables: words } = say.data;

/** What can be done with a table as a whole. */
export function TableActions({ table }: { table: Table }) {
  const client = useClient();
  const { may } = useSession();
  const { search, go } = useTableView();
  const downloads = useDownload();
  const [dropping, setDropping] = useState(false);
  const bare = { ...search, column: undefined, row: undefined };
  const open = (panel: NonNullable<typeof search.panel>) => () => go({ panel, column: undefined, row: undefined });
  const actions: MenuAction[] = [
    ...(may("table.write") ? [{ label: words.import.do, icon: "upload" as const, run: open("import") }] : []),
    {
      label: words.export.do,
      icon: "download",
      run: () => downloads.start(`${table.name}.csv`, (signal) => client.exportRows({ table: table.id, signal })),
    },
    ...(may("table.design")
      ? [
          { label: words.form.addColumn, icon: "plus" as const, run: open("add-column") },
          { label: words.rename.title, run: open("rename") },
          { label: words.drop.do, danger: true, run: () => setDropping(true) },
        ]
      : []),
  ];
  return (
    <>
      <DownloadProgress downloads={downloads} />
      {may("table.write") && table.columns.length > 0 && (
        <Link {...paths.table(table.id, { ...bare, panel: "add-row" })} className={buttonClasses("primary")}>
          <Icon name="plus" className="-ml-0.5" />
          {words.row.new}
        </Link>
      )}
      <ActionMenu
        label={say.more}
        trigger={<Icon name="more" />}
        triggerClass={buttonClasses("plain", "w-8 px-0")}
        actions={actions}
      />
      <DropTable table={table} open={dropping} close={() => setDropping(false)} />
    </>
  );
}

function DropTable({ table, open, close }: { table: Table; open: boolean; close: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const navigate = useNavigate();
  const drop = useAct({
    act: () => client.dropTable({ table: table.id }),
    changes: [],
    said: () => words.drop.done(table.name),
    after: async () => {
      // Away first: the page of a table that is gone has nothing to ask.
      await navigate(paths.tables());
      await queries.invalidateQueries({ queryKey: dataKeys.tables(here.project.id) });
    },
  });
  const queries = useQueryClient();
  return (
    <TypedConfirm
      title={words.drop.title(table.name)}
      what={words.drop.what}
      verb={words.drop.do}
      word={table.name}
      open={open}
      close={close}
      act={() => drop.mutate()}
    />
  );
}
