import type { Connection } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useClient } from "../api/client.ts";
import { connectionsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Listed } from "../ui/Listed.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { ConnectionPanel } from "./ConnectionPanel.tsx";
import { connectionState } from "./connection-state.ts";
import { ConnectionsFrame } from "./ConnectionsFrame.tsx";
import { useConnectorTitles } from "./use-connector-titles.ts";

const { connections: words } = say;

/** The accounts at providers that the project has, and how each is. */
export function ConnectionsPage() {
  const { may } = useSession();
  const { open, problem, connected } = useSearch({ from: "/connections" });
  const navigate = useNavigate();
  const make = may("connection.write") && (
    <Link {...paths.catalogue()} className={buttonClasses("primary")}>
      <Icon name="plus" className="-ml-0.5" />
      {words.connect}
    </Link>
  );
  return (
    <ConnectionsFrame
      actions={make}
      panel={
        open !== undefined &&
        may("connection.read") && (
          <ConnectionPanel key={open} slug={open} close={() => void navigate(paths.connections())} />
        )
      }
    >
      <CameBack problem={problem} connected={connected === true} />
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      <ConnectionList make={make} />
    </ConnectionsFrame>
  );
}

/** What became of a consent: the provider sent the person back here. */
function CameBack({ problem, connected }: { problem: string | undefined; connected: boolean }) {
  const known: Readonly<Record<string, unknown>> = words.problems;
  const said = problem === undefined ? null : known[problem];
  if (problem === undefined)
    return connected ? (
      <p role="status" className="px-4 pt-4 text-13 text-done md:px-6">
        {words.connected}
      </p>
    ) : null;
  return (
    <div role="alert" className="mx-4 mt-4 rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-13 md:mx-6">
      <p className="font-medium">{words.problem}</p>
      <p>{typeof said === "string" ? said : words.problems.other(problem)}</p>
    </div>
  );
}

function ConnectionList({ make }: { make: React.ReactNode }) {
  const { here } = useSession();
  const list = useInfiniteQuery(connectionsQuery(useClient(), here.project.id));
  return (
    <Listed
      list={list}
      noun={words.noun}
      empty={
        <EmptyState title={words.none} what={words.noneWhat}>
          {make}
        </EmptyState>
      }
    >
      {(connections) => <ConnectionTable connections={connections} />}
    </Listed>
  );
}

function ConnectionTable({ connections }: { connections: readonly Connection[] }) {
  const rows = useRef<HTMLDivElement>(null);
  const titleOf = useConnectorTitles();
  useRowKeys(rows);
  return (
    <div ref={rows}>
      <Table
        label={words.title}
        columns={[
          { name: words.name },
          { name: words.account, wide: true },
          { name: words.state, className: "w-52" },
          { name: words.used, className: "w-28", right: true, wide: true },
        ]}
      >
        {connections.map(({ id, slug, connector, account, status, errorCode, usedAt }) => (
          <Row key={id}>
            <Cell>
              <Link {...paths.connections({ open: slug })} data-row className={ROW_LINK}>
                {visible(slug)}
              </Link>
              <span className="ml-2 text-12 text-text-3">{titleOf(connector)}</span>
            </Cell>
            <Cell wide className="text-13 text-text-2">
              {account === null ? "–" : visible(account)}
            </Cell>
            <Cell className="text-13">
              <StateBadge {...connectionState({ status, errorCode })} />
            </Cell>
            <Cell right wide className="text-13 text-text-2">
              {usedAt === null ? words.never : <Time at={usedAt} />}
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
