import type { Receipt } from "@steward/sdk";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { useClient } from "../api/client.ts";
import { receiptQuery, receiptsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { StoppedFacts } from "../grants/StoppedFacts.tsx";
import { useAccountNames } from "../grants/use-choices.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { CopyId } from "../ui/Copy.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Listed } from "../ui/Listed.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { RECEIPT_STATE } from "./connection-state.ts";
import { ConnectionsFrame } from "./ConnectionsFrame.tsx";
import { useConnectorTitles } from "./use-connector-titles.ts";

const { receipts: words } = say.connections;
/** While the provider has not confirmed. */
const ASKED_EVERY_MS = 3000;
const isAwaited = ({ status }: Pick<Receipt, "status">): boolean => status === "waiting";

/** What was disconnected, and what the provider said. */
export function ReceiptsPage() {
  const { may } = useSession();
  const { open } = useSearch({ from: "/connections/receipts" });
  const navigate = useNavigate();
  return (
    <ConnectionsFrame
      panel={
        open !== undefined &&
        may("connection.read") && <ReceiptPanel key={open} id={open} close={() => void navigate(paths.receipts())} />
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <ReceiptList />
    </ConnectionsFrame>
  );
}

function ReceiptList() {
  const { here } = useSession();
  const list = useInfiniteQuery({
    ...receiptsQuery(useClient(), here.project.id),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isAwaited)) === true ? ASKED_EVERY_MS : false,
  });
  const rows = useRef<HTMLDivElement>(null);
  const titleOf = useConnectorTitles();
  useRowKeys(rows);
  return (
    <Listed list={list} noun={words.noun} empty={<EmptyState title={words.none} what={words.noneWhat} />}>
      {(receipts) => (
        <div ref={rows}>
          <Table
            label={words.title}
            columns={[
              { name: say.connections.name },
              { name: words.provider, className: "w-64" },
              { name: words.when, className: "w-28", right: true },
            ]}
          >
            {receipts.map(({ id, slug, connector, status, createdAt }) => (
              <Row key={id}>
                <Cell>
                  <Link {...paths.receipts({ open: id })} data-row className={ROW_LINK}>
                    {visible(slug)}
                  </Link>
                  <span className="ml-2 text-12 text-text-3">{titleOf(connector)}</span>
                </Cell>
                <Cell className="text-13">
                  <StateBadge state={RECEIPT_STATE[status]} label={words.status[status]} />
                </Cell>
                <Cell right className="text-13 text-text-2">
                  <Time at={createdAt} />
                </Cell>
              </Row>
            ))}
          </Table>
        </div>
      )}
    </Listed>
  );
}

function ReceiptPanel({ id, close }: { id: string; close: () => void }) {
  const { here } = useSession();
  const found = useQuery(receiptQuery(useClient(), here.project.id, id));
  const title = words.panel(found.data?.slug ?? "");
  return (
    <Panel title={title} label={title} close={close}>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.data && <ReceiptFacts receipt={found.data} />}
    </Panel>
  );
}

function ReceiptFacts({ receipt }: { receipt: Receipt }) {
  const { id, connector, status, providerCode, attempts, erased, stopped, createdAt, createdBy, expiresAt, endedAt } =
    receipt;
  const { revokesAll } = receipt;
  const nameOf = useAccountNames();
  const titleOf = useConnectorTitles();
  return (
    <div className="space-y-6 p-4">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        <Fact name={say.connections.provider}>{titleOf(connector)}</Fact>
        <Fact name={words.provider}>
          <StateBadge state={RECEIPT_STATE[status]} label={words.status[status]} />
        </Fact>
        {providerCode !== null && <Fact name={words.said}>{visible(providerCode)}</Fact>}
        {revokesAll && <Fact name={words.withIt}>{words.revokesAll}</Fact>}
        <Fact name={words.attempts}>{words.times(attempts)}</Fact>
        <Fact name={words.erased}>{erased.map(visible).join(", ")}</Fact>
        <Fact name={words.when}>
          <Time at={createdAt} />
        </Fact>
        <Fact name={words.by}>{nameOf(createdBy)}</Fact>
        <Fact name={words.destroyed}>
          <Time at={endedAt ?? expiresAt} />
        </Fact>
        <Fact name={words.id}>
          <CopyId id={id} />
        </Fact>
      </dl>
      {stopped && <StoppedFacts stopped={stopped} />}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
