import { RunStatus } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths, type RunsSearch } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Page } from "../ui/Page.tsx";
import { StateBadge, StateIcon } from "../ui/StateBadge.tsx";
import { RunTable } from "./RunTable.tsx";

/** Every run of the project, filtered by flow and state; the filters are in the address. */
export function RunList() {
  return useSession().may("run.read") ? <Runs /> : <NotFound />;
}

function Runs() {
  const search = useSearch({ from: "/runs" });
  const navigate = useNavigate();
  const filter = (next: RunsSearch) => void navigate(paths.runs({ ...search, ...next }));
  const filtered = search.flow !== undefined || search.status !== undefined;
  return (
    <Page title={say.runs.title} actions={<Filters search={search} filter={filter} />}>
      <RunTable
        filters={search}
        empty={
          filtered ? (
            <EmptyState title={say.runs.nothing} what={say.runs.emptyWhat}>
              <Button onClick={() => void navigate(paths.runs())}>{say.runs.nothingWay}</Button>
            </EmptyState>
          ) : (
            <NoRuns />
          )
        }
      />
    </Page>
  );
}

function NoRuns() {
  const { may } = useSession();
  const { empty, emptyWhat, emptyBegin, emptyWay } = say.runs;
  if (!may("run.start") || !may("flow.read")) return <EmptyState title={empty} what={emptyWhat} />;
  return (
    <EmptyState title={empty} what={`${emptyWhat} ${emptyBegin}`}>
      <Link {...paths.flows()} className={buttonClasses("primary")}>
        {emptyWay}
      </Link>
    </EmptyState>
  );
}

function Filters({ search, filter }: { search: RunsSearch; filter: (next: RunsSearch) => void }) {
  const client = useClient();
  const { may } = useSession();
  const flows = useQuery({
    queryKey: [...keys.flows, "filter"],
    queryFn: ({ signal }) => client.listFlows({ limit: 100, signal }),
    staleTime: 15_000,
    enabled: may("flow.read"),
  });
  const { columns, remove } = say.runs;
  return (
    <>
      {search.flow !== undefined && (
        <Chip removeLabel={remove(columns.flow)} remove={() => filter({ flow: undefined })}>
          <span className="text-text-3">{columns.flow}</span> {search.flow}
        </Chip>
      )}
      {search.status !== undefined && (
        <Chip removeLabel={remove(columns.state)} remove={() => filter({ status: undefined })}>
          <StateBadge state={search.status} />
        </Chip>
      )}
      {may("flow.read") && (
        <ActionMenu
          label={columns.flow}
          trigger={<MenuWord word={columns.flow} />}
          triggerClass={buttonClasses("plain")}
          actions={(flows.data?.items ?? []).map(({ slug }) => ({ label: slug, run: () => filter({ flow: slug }) }))}
        />
      )}
      <ActionMenu
        label={columns.state}
        trigger={<MenuWord word={columns.state} />}
        triggerClass={buttonClasses("plain")}
        actions={RunStatus.options.map((status) => ({
          label: say.states[status],
          mark: <StateIcon state={status} />,
          run: () => filter({ status }),
        }))}
      />
    </>
  );
}

function MenuWord({ word }: { word: string }) {
  return (
    <>
      {word}
      <Icon name="chevron" className="-mr-1 size-3 rotate-90" />
    </>
  );
}
