import type { ConnectorSummary } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { connectorsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { type CatalogueSearch, paths } from "../paths.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { visible } from "../visible.ts";
import { ConnectionsFrame } from "./ConnectionsFrame.tsx";
import { ConnectorPanel } from "./ConnectorPanel.tsx";

const { catalogue: words } = say.connections;

/** What can be connected, found by name or by what it does. */
export function CataloguePage() {
  const { may, here } = useSession();
  const { search = "", connector, slug, actions } = useSearch({ from: "/connections/catalogue" });
  const wanted = { slug, actions };
  const navigate = useNavigate();
  const list = useQuery({
    ...connectorsQuery(useClient(), here.project.id, search),
    enabled: may("connection.read"),
  });
  const found = list.data?.items ?? [];
  return (
    <ConnectionsFrame
      actions={
        <SearchField
          label={words.search}
          value={search}
          change={(next) =>
            void navigate({ ...paths.catalogue({ ...wanted, search: next, connector }), replace: true })
          }
        />
      }
      panel={
        connector !== undefined &&
        may("connection.read") && (
          <ConnectorPanel
            key={connector}
            id={connector}
            wanted={{ slug, actions: actions?.split(",") }}
            close={() => void navigate(paths.catalogue({ ...wanted, search: search === "" ? undefined : search }))}
          />
        )
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {list.isPending && <Skeleton />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && found.length === 0 && <EmptyState title={words.none(search)} what={words.noneWhat} />}
      {found.length > 0 && (
        <ConnectorTable connectors={found} filters={{ ...wanted, search: search === "" ? undefined : search }} />
      )}
    </ConnectionsFrame>
  );
}

function ConnectorTable({
  connectors,
  filters,
}: {
  connectors: readonly ConnectorSummary[];
  filters: CatalogueSearch;
}) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: say.connections.provider, className: "w-44" },
          { name: words.does },
          { name: words.category, className: "w-28", wide: true },
        ]}
      >
        {connectors.map(({ id, title, summary, category, actions }) => (
          <Row key={id}>
            <Cell>
              <Link {...paths.catalogue({ ...filters, connector: id })} data-row className={ROW_LINK}>
                {visible(title)}
              </Link>
            </Cell>
            <Cell className="text-13 text-text-2">
              <span title={words.actions(actions)}>{visible(summary)}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {categoryWords(category)}
            </Cell>
          </Row>
        ))}
      </Table>
      <More count={connectors.length} noun={words.noun} next={null} busy={false} />
    </div>
  );
}

function categoryWords(category: string): string {
  const known: Readonly<Record<string, string>> = words.categories;
  return known[category] ?? visible(category);
}
