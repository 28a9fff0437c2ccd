import type { ImportedConnector } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { importedConnectorsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { type ImportedSearch, paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { ConnectionsFrame } from "./ConnectionsFrame.tsx";
import { ImportedPanel } from "./ImportedPanel.tsx";
import { NewImportPanel } from "./NewImportPanel.tsx";

const { imported: words } = say;

/** Connectors that the project has made of OpenAPI documents. */
export function ImportedPage() {
  const { may, here } = useSession();
  const { search = "", connector } = useSearch({ from: "/connections/imported" });
  const navigate = useNavigate();
  const filters: ImportedSearch = { search: search === "" ? undefined : search };
  const list = useQuery({
    ...importedConnectorsQuery(useClient(), here.project.id),
    enabled: may("connection.read"),
  });
  const items = list.data?.items ?? [];
  const found = items.filter((one) => fits(one, search));
  const close = () => void navigate(paths.imported(filters));
  return (
    <ConnectionsFrame
      actions={
        <>
          <SearchField
            label={words.search}
            value={search}
            change={(next) => void navigate({ ...paths.imported({ search: next, connector }), replace: true })}
          />
          {may("connection.write") && items.length > 0 && (
            <Link {...paths.imported({ ...filters, connector: "new" })} className={buttonClasses("primary")}>
              {words.import}
            </Link>
          )}
        </>
      }
      panel={
        connector !== undefined &&
        may("connection.read") &&
        (connector === "new" ? (
          <NewImportPanel close={close} />
        ) : (
          <ImportedPanel key={connector} id={connector} close={close} />
        ))
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {list.isPending && <Skeleton />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && items.length === 0 && (
        <EmptyState title={words.none} what={words.noneWhat}>
          {may("connection.write") && (
            <Link {...paths.imported({ connector: "new" })} className={buttonClasses("primary")}>
              {words.first}
            </Link>
          )}
        </EmptyState>
      )}
      {items.length > 0 && found.length === 0 && <EmptyState title={words.nothing(search)} what={words.nothingWhat} />}
      {found.length > 0 && <ImportedTable connectors={found} filters={filters} open={connector} />}
    </ConnectionsFrame>
  );
}

function fits({ connector, title, base }: ImportedConnector, search: string): boolean {
  return `${connector} ${title} ${base}`.toLowerCase().includes(search.trim().toLowerCase());
}

function ImportedTable({
  connectors,
  filters,
  open,
}: {
  connectors: readonly ImportedConnector[];
  filters: ImportedSearch;
  open: string | undefined;
}) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.connector },
          { name: words.base, className: "w-[34%]", wide: true },
          { name: words.actions, className: "w-24", right: true },
          { name: words.when, className: "w-28", right: true },
        ]}
      >
        {connectors.map(({ connector, title, base, operations, importedAt }) => (
          <Row key={connector}>
            <Cell>
              <Link
                {...paths.imported({ ...filters, connector })}
                data-row
                aria-current={connector === open ? "true" : undefined}
                className={ROW_LINK}
              >
                {visible(title)}
              </Link>{" "}
              <span className="font-mono text-12 text-text-3">{connector}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {visible(base)}
            </Cell>
            <Cell right className="text-13">
              {operations}
            </Cell>
            <Cell right className="text-13 text-text-2">
              <Time at={importedAt} />
            </Cell>
          </Row>
        ))}
      </Table>
      <More count={connectors.length} noun={words.noun} next={null} busy={false} />
    </div>
  );
}
