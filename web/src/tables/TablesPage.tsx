import type { Table as DataTable } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { tablesQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { More } from "../ui/More.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { visible } from "../visible.ts";
import { DatabaseFacts } from "./DatabaseFacts.tsx";
import { NewTablePanel } from "./NewTablePanel.tsx";

const { tables: words } = say.data;

/** The project's tables, and the database they lie in. */
export function TablesPage() {
  const { may } = useSession();
  return may("table.read") ? <Tables /> : <NotFound />;
}

function Tables() {
  const { panel } = useSearch({ from: "/tables" });
  const { here, may } = useSession();
  const navigate = useNavigate();
  const list = useQuery(tablesQuery(useClient(), here.project.id));
  const make = may("table.design") && (
    <Link {...paths.tables({ panel: "new" })} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {words.new}
    </Link>
  );
  return (
    <Page
      title={words.title}
      actions={make}
      panel={panel === "new" && may("table.design") && <NewTablePanel close={() => void navigate(paths.tables())} />}
    >
      {list.isPending && <Skeleton rows={4} />}
      {list.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.data?.items.length === 0 && (
        <EmptyState title={words.empty.title} what={words.empty.what}>
          {make}
        </EmptyState>
      )}
      {list.data && list.data.items.length > 0 && (
        <>
          <TableList tables={list.data.items} />
          <More count={list.data.items.length} noun={words.noun} next={null} busy={false} />
        </>
      )}
      {list.isSuccess && <DatabaseFacts />}
    </Page>
  );
}

function TableList({ tables }: { tables: readonly DataTable[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.columns.name, className: "w-2/5" },
          { name: words.columns.columns, wide: true },
          { name: words.columns.rows, className: "w-32", right: true },
        ]}
      >
        {tables.map(({ id, name, columns, rowsAbout }) => (
          <Row key={id}>
            <Cell>
              <Link {...paths.table(id)} data-row className={ROW_LINK}>
                {visible(name)}
              </Link>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {visible(columns.map((column) => column.name).join(", "))}
            </Cell>
            <Cell right className="text-13 text-text-2">
              {words.about(rowsAbout)}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
