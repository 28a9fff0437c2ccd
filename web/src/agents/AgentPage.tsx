import { type DraftProblem, type FlowDetail, RawBody } from "@steward/sdk";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { agentQuery } from "../api/agent-queries.ts";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { FlowState } from "../flows/FlowState.tsx";
import { problemLine } from "../flows/ProblemList.tsx";
import { readJson } from "../json-text.ts";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { TryPanel } from "./TryPanel.tsx";
import { useAgentActs } from "./use-agent-acts.ts";

/** An agent: its file to edit, publishing with what is not granted yet, and one turn to try it. */
export function AgentPage() {
  return useSession().may("flow.read") ? <Agent /> : <NotFound />;
}

function Agent() {
  const { slug } = useParams({ from: "/agents/$slug" });
  const { panel } = useSearch({ from: "/agents/$slug" });
  const navigate = useNavigate();
  const query = useQuery(agentQuery(useClient(), slug));
  const acts = useAgentActs(slug);
  const agent = query.data;
  const hints = acts.publish.data?.hints ?? [];
  return (
    <Page
      title={agent?.name ?? slug}
      trail={
        <Link {...paths.agents()} className="hover:text-text-1">
          {say.agents.title}
        </Link>
      }
      mark={agent && <span className="ml-2">{<FlowState flow={agent} />}</span>}
      actions={agent && <Actions agent={agent} acts={acts} />}
      panel={
        panel === "try" &&
        agent && (
          <TryPanel slug={slug} published={agent.version !== null} close={() => void navigate(paths.agent(slug))} />
        )
      }
    >
      {query.isPending && <Skeleton />}
      {query.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={query.error} retry={() => void query.refetch()} />
        </div>
      )}
      {agent && (
        <div className="flex h-full flex-col">
          {hints.length > 0 && <Hints hints={hints} slug={slug} />}
          <Editor key={slug} agent={agent} saved={acts.refresh} />
        </div>
      )}
    </Page>
  );
}

function Hints({ hints, slug }: { hints: readonly string[]; slug: string }) {
  return (
    <section
      aria-label={say.agents.hints}
      className="mx-4 mt-4 shrink-0 rounded-md border border-line px-3 py-2 md:mx-6"
    >
      <h2 className="text-13 font-medium">{say.agents.hints}</h2>
      <ul className="list-disc pl-4 text-13 text-text-2">
        {hints.map((hint) => (
          <li key={hint}>{hint}</li>
        ))}
      </ul>
      {useSession().may("grant.write") && (
        <Link
          {...paths.grants({ grant: "new", to: `agent:${slug}` })}
          className="text-13 text-accent underline hover:no-underline"
        >
          {say.agents.give}
        </Link>
      )}
    </section>
  );
}

function Actions({ agent, acts }: { agent: FlowDetail; acts: ReturnType<typeof useAgentActs> }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const { publish, setPaused, remove } = acts;
  return (
    <>
      {may("flow.publish") && (
        <Button
          icon="publish"
          look={agent.version === null ? "primary" : "plain"}
          disabled={agent.problems.length > 0 || publish.isPending}
          title={agent.problems.length > 0 ? say.flow.publishProblems : undefined}
          onClick={() => publish.mutate()}
        >
          {say.agents.publish}
        </Button>
      )}
      {may("flow.write") && agent.version !== null && (
        <Button icon={agent.paused ? "play" : "pause"} onClick={() => setPaused.mutate(!agent.paused)}>
          {agent.paused ? say.agents.resume : say.agents.pause}
        </Button>
      )}
      {may("run.start") && (
        <Button icon="play" onClick={() => void navigate(paths.agent(agent.slug, { panel: "try" }))}>
          {say.agents.try.title}
        </Button>
      )}
      {may("flow.write") && (
        <ActionMenu
          label={say.more}
          trigger={<Icon name="more" />}
          triggerClass={buttonClasses("quiet", "px-2")}
          actions={[{ label: say.agents.delete, danger: true, run: () => remove.mutate(agent.name) }]}
        />
      )}
    </>
  );
}

/** The draft as text; what is not right stands below it, at its lines. */
function Editor({ agent, saved }: { agent: FlowDetail; saved: () => Promise<void> }) {
  const client = useClient();
  const able = useSession().may("flow.write");
  const draft = useMemo(() => JSON.stringify(agent.draft, null, 2), [agent.draft]);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? draft;
  const dirty = typed !== null && typed !== draft;
  const save = useMutation({
    mutationFn: (content: string) => {
      const mediaType = readJson(content).ok ? "application/json" : "application/yaml";
      return client.putAgent({ slug: agent.slug, body: new RawBody(content, mediaType) });
    },
    onSuccess: saved,
  });
  useShortcuts(able ? [{ keys: "mod+s", label: say.keys.save, run: () => save.mutate(text) }] : []);
  const marked = new Set(agent.problems.map((one) => problemLine(one, text)).filter((one) => one !== null));
  return (
    <div className="flex min-h-96 flex-1 flex-col gap-3 p-4 md:px-6">
      <CodeArea
        control={{ "aria-label": say.agents.file }}
        value={text}
        change={able ? setTyped : null}
        marked={marked}
        className="min-h-48 flex-1"
      />
      {save.isError && <ErrorNote error={save.error} title={say.file.unsaved} />}
      {agent.problems.length > 0 && <Problems problems={agent.problems} text={text} />}
      {able && (
        <div className="flex shrink-0 flex-wrap items-center gap-3">
          <Button look="primary" keys="mod+s" onClick={() => save.mutate(text)} disabled={!dirty || save.isPending}>
            {say.file.save}
          </Button>
          {dirty && <Button onClick={() => setTyped(null)}>{say.file.revert}</Button>}
        </div>
      )}
    </div>
  );
}

function Problems({ problems, text }: { problems: readonly DraftProblem[]; text: string }) {
  return (
    <section
      aria-label={say.flow.problems(problems.length)}
      className="max-h-40 shrink-0 overflow-y-auto rounded-md border border-failed/40 bg-failed/5 px-3 py-2"
    >
      <p className="text-13 font-medium">{say.flow.problems(problems.length)}</p>
      <ul className="text-13">
        {problems.map((problem) => {
          const line = problemLine(problem, text);
          return (
            <li key={`${problem.field}:${problem.message}`} className="flex flex-wrap gap-x-3 py-0.5">
              {line !== null && <span className="w-14 shrink-0 text-text-2">{say.flow.line(line)}</span>}
              <span className="min-w-0 break-words">
                <code className="font-mono text-12 text-text-2">{problem.field}</code> {problem.message}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
