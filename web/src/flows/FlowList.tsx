import type { Flow } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { flowsQuery } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { More } from "../ui/More.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { visible } from "../visible.ts";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { ExampleStart } from "./ExampleStart.tsx";
import { FlowState } from "./FlowState.tsx";

/** The flows of the project, searched as one types; without any, the examples to start from. */
export function FlowList() {
  return useSession().may("flow.read") ? <Flows /> : <NotFound />;
}

function Flows() {
  const { may } = useSession();
  const { search = "" } = useSearch({ from: "/flows" });
  const list = useInfiniteQuery(flowsQuery(useClient(), search));
  const flows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const nothingYet = list.isSuccess && flows.length === 0 && search === "";
  return (
    <Page
      title={say.flows.title}
      actions={
        !nothingYet && (
          <>
            <FlowSearch search={search} />
            {may("flow.write") && <NewFlowLink />}
          </>
        )
      }
    >
      {list.isPending && <Skeleton />}
      {list.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {nothingYet && <NoFlows />}
      {list.isSuccess && flows.length === 0 && search !== "" && <NothingFound search={search} />}
      {flows.length > 0 && (
        <>
          <FlowTable flows={flows} />
          <More
            count={flows.length}
            noun={say.flows}
            next={list.hasNextPage ? () => void list.fetchNextPage() : null}
            busy={list.isFetchingNextPage}
          />
        </>
      )}
    </Page>
  );
}

function NewFlowLink() {
  return (
    <Link {...paths.newFlow()} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {say.flows.new}
    </Link>
  );
}

function FlowTable({ flows }: { flows: readonly Flow[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { columns } = say.flows;
  return (
    <div ref={rows}>
      <Table
        label={say.flows.title}
        columns={[
          { name: columns.name },
          { name: columns.state, className: "w-[30%]" },
          { name: columns.version, className: "w-20", right: true, wide: true },
          { name: columns.changed, className: "w-32", right: true, wide: true },
        ]}
      >
        {flows.map((flow) => (
          <Row key={flow.slug}>
            <Cell>
              <Link {...paths.flow(flow.slug)} data-row className={ROW_LINK}>
                {visible(flow.name)}
              </Link>
              {flow.slug !== flow.name && <span className="ml-2 font-mono text-12 text-text-3">{flow.slug}</span>}
            </Cell>
            <Cell>
              <FlowState flow={flow} />
            </Cell>
            <Cell right wide className="text-text-2">
              {flow.version === null ? "" : say.flows.version(flow.version)}
            </Cell>
            <Cell right wide className="text-13 text-text-2">
              <Time at={flow.updatedAt} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}

const TYPING_MS = 150;

function FlowSearch({ search }: { search: string }) {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(search);
  useEffect(() => {
    if (typed === search) return undefined;
    const timer = setTimeout(
      () => void navigate({ ...paths.flows({ search: typed || undefined }), replace: true }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [navigate, search, typed]);
  useShortcuts([{ keys: "/", label: say.keys.search, run: () => input.current?.focus() }]);
  return (
    <input
      ref={input}
      type="search"
      aria-label={say.flows.search}
      placeholder={say.flows.search}
      value={typed}
      maxLength={200}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      className="field w-44 text-13 md:w-56"
    />
  );
}

function NothingFound({ search }: { search: string }) {
  const navigate = useNavigate();
  return (
    <EmptyState title={say.flows.nothing(search)} what={say.flows.nothingWhat}>
      <Button onClick={() => void navigate(paths.flows())}>{say.clear}</Button>
    </EmptyState>
  );
}

function NoFlows() {
  const { title, what, begin, others, command } = say.flows.empty;
  if (!useSession().may("flow.write")) return <EmptyState title={title} what={`${what} ${others}`} />;
  return (
    <>
      <EmptyState title={title} what={`${what} ${begin}`}>
        <div className="flex flex-wrap items-center gap-3">
          <NewFlowLink />
          <code className="rounded-md border border-line bg-surface-1 px-2.5 py-1.5 font-mono text-12">{command}</code>
        </div>
      </EmptyState>
      <ExampleStart />
    </>
  );
}
