import { type FlowDetail, ProblemError } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { agentQuery } from "../api/agent-queries.ts";
import { useClient } from "../api/client.ts";
import { flowQuery } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { GoTo } from "../shell/GoTo.tsx";
import { NotFound } from "../shell/NotFound.tsx";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { FlowState } from "./FlowState.tsx";
import { useFlowActs } from "./use-flow-acts.ts";

const TAB =
  "flex h-9 items-center border-b-2 border-transparent text-13 font-medium text-text-2 hover:text-text-1 aria-[current=page]:border-accent aria-[current=page]:text-text-1";

/** The frame of a flow's pages: name, state, what one does with it, its parts. */
export function FlowFrame({
  slug,
  panel,
  children,
}: {
  slug: string;
  panel?: ReactNode;
  children: (flow: FlowDetail) => ReactNode;
}) {
  const { may } = useSession();
  const query = useQuery({ ...flowQuery(useClient(), slug), enabled: may("flow.read") });
  const flow = query.data;
  if (!may("flow.read")) return <NotFound />;
  return (
    <Page
      title={flow?.name ?? slug}
      trail={
        <Link {...paths.flows()} className="hover:text-text-1">
          {say.flows.title}
        </Link>
      }
      mark={
        flow && (
          <span className="ml-2">
            <FlowState flow={flow} />
          </span>
        )
      }
      actions={flow && <FlowActions flow={flow} />}
      panel={panel}
    >
      <nav
        aria-label={say.flow.tabs.label}
        className="sticky top-0 z-10 flex gap-5 border-b border-line bg-surface-0 px-4 md:px-6"
      >
        <Link {...paths.flow(slug)} activeOptions={{ exact: true, includeSearch: false }} className={TAB}>
          {say.flow.tabs.overview}
        </Link>
        <Link {...paths.flowFile(slug)} activeOptions={{ includeSearch: false }} className={TAB}>
          {say.flow.tabs.file}
        </Link>
      </nav>
      {query.isPending && <Skeleton />}
      {query.error instanceof ProblemError && query.error.code === "not_found" && <AgentInstead slug={slug} />}
      {query.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={query.error} retry={() => void query.refetch()} />
        </div>
      )}
      {flow && children(flow)}
    </Page>
  );
}

/** Runs and the ledger name agents as they name flows: whoever follows such a name comes to the agent. */
function AgentInstead({ slug }: { slug: string }) {
  const agent = useQuery({ ...agentQuery(useClient(), slug), retry: false });
  return agent.isSuccess ? <GoTo by={(navigate) => navigate({ ...paths.agent(slug), replace: true })} /> : null;
}

/** What one may do with the flow. */
function FlowActions({ flow }: { flow: FlowDetail }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const { publish, setPaused, remove } = useFlowActs(flow.slug);
  const changed = flow.version === null || flow.draftDiffers;
  const why = flow.problems.length > 0 ? say.flow.publishProblems : changed ? undefined : say.flow.publishUp;
  return (
    <>
      {may("flow.publish") && (changed || flow.problems.length > 0) && (
        <Button
          icon="publish"
          look={flow.version === null ? "primary" : "plain"}
          disabled={why !== undefined || publish.isPending}
          title={why}
          onClick={() => publish.mutate()}
        >
          {say.flow.publish}
        </Button>
      )}
      {may("flow.write") && flow.version !== null && (
        <Button icon={flow.paused ? "play" : "pause"} onClick={() => setPaused.mutate(!flow.paused)}>
          {flow.paused ? say.flow.resume : say.flow.pause}
        </Button>
      )}
      {may("run.start") && flow.version !== null && (
        <Button look="primary" icon="play" onClick={() => void navigate(paths.flow(flow.slug, { panel: "run" }))}>
          {say.flow.run}
        </Button>
      )}
      {may("flow.write") && (
        <ActionMenu
          label={say.more}
          trigger={<Icon name="more" />}
          triggerClass={buttonClasses("quiet", "px-2")}
          actions={[{ label: say.flow.delete, danger: true, run: () => remove.mutate(flow.name) }]}
        />
      )}
    </>
  );
}
