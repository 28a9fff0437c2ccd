import type { Table } from "@steward/sdk";
import { useSession } from "../api/session.ts";
import { ColumnPanel } from "./ColumnPanel.tsx";
import { ImportPanel } from "./ImportPanel.tsx";
import { RenamePanel } from "./RenamePanel.tsx";
import { NewRowPanel, RowPanel } from "./RowPanel.tsx";
import { useTableView } from "./use-table-view.ts";

/** What of the table is in focus, by the address. */
export function TablePanel({ table }: { table: Table }) {
  const { search, closePanel } = useTableView();
  const { may } = useSession();
  const { panel, column, row } = search;
  const designs = may("table.design");
  const writes = may("table.write");
  if (panel === "add-row" && writes) return <NewRowPanel table={table} close={closePanel} />;
  if (panel === "import" && writes) return <ImportPanel table={table} close={closePanel} />;
  if (panel === "add-column" && designs) return <ColumnPanel table={table} column={null} close={closePanel} />;
  if (panel === "rename" && designs) return <RenamePanel table={table} close={closePanel} />;
  const opened = panel === undefined && designs ? table.columns.find(({ name }) => name === column) : undefined;
  if (opened) return <ColumnPanel key={opened.name} table={table} column={opened} close={closePanel} />;
  return row === undefined || panel !== undefined ? null : (
    <RowPanel key={row} table={table} id={row} close={closePanel} />
  );
}
