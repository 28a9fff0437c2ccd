import type { Flow } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { agentsQuery } from "../api/agent-queries.ts";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { FlowState } from "../flows/FlowState.tsx";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { NewAgentPanel } from "./NewAgentPanel.tsx";

/** The agents of the project. */
export function AgentsPage() {
  return useSession().may("flow.read") ? <Agents /> : <NotFound />;
}

function Agents() {
  const { may } = useSession();
  const navigate = useNavigate();
  const { panel } = useSearch({ from: "/agents" });
  const list = useInfiniteQuery(agentsQuery(useClient()));
  const agents = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const begin = may("flow.write") && (
    <Button look="primary" icon="plus" onClick={() => void navigate(paths.agents({ panel: "new" }))}>
      {say.agents.new}
    </Button>
  );
  return (
    <Page
      title={say.agents.title}
      actions={agents.length > 0 && begin}
      panel={panel === "new" && may("flow.write") && <NewAgentPanel close={() => void navigate(paths.agents())} />}
    >
      {list.isPending && <Skeleton />}
      {list.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isSuccess && agents.length === 0 && (
        <EmptyState title={say.agents.empty} what={say.agents.emptyWhat}>
          {begin}
        </EmptyState>
      )}
      {agents.length > 0 && (
        <>
          <AgentTable agents={agents} />
          <More
            count={agents.length}
            noun={say.agents}
            next={list.hasNextPage ? () => void list.fetchNextPage() : null}
            busy={list.isFetchingNextPage}
          />
        </>
      )}
    </Page>
  );
}

function AgentTable({ agents }: { agents: readonly Flow[] }) {
  const rows = useRef<HTMLDivElement>(null);
  useRowKeys(rows);
  const { columns } = say.flows;
  return (
    <div ref={rows}>
      <Table
        label={say.agents.title}
        columns={[
          { name: columns.name },
          { name: columns.state, className: "w-[30%]" },
          { name: columns.version, className: "w-20", right: true, wide: true },
          { name: columns.changed, className: "w-32", right: true, wide: true },
        ]}
      >
        {agents.map((agent) => (
          <Row key={agent.slug}>
            <Cell>
              <Link {...paths.agent(agent.slug)} data-row className={ROW_LINK}>
                {visible(agent.name)}
              </Link>
              {agent.slug !== agent.name && <span className="ml-2 font-mono text-12 text-text-3">{agent.slug}</span>}
            </Cell>
            <Cell>
              <FlowState flow={agent} />
            </Cell>
            <Cell right wide className="text-text-2">
              {agent.version === null ? "" : say.flows.version(agent.version)}
            </Cell>
            <Cell right wide className="text-13 text-text-2">
              <Time at={agent.updatedAt} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
