import { isTerminal, ProblemError, type Run } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { runQuery, versionQuery } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { ByModel } from "../ui/ByModel.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { JsonView } from "../ui/json/JsonView.tsx";
import { Page } from "../ui/Page.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Resolve } from "./Resolve.tsx";
import { awaitedEvents } from "./awaited-events.ts";
import { modelFactsOf } from "./model-facts.ts";
import { RunActions } from "./RunActions.tsx";
import { RunSummaryView } from "./RunSummary.tsx";
import { SendEvent } from "./SendEvent.tsx";
import { StepApproval } from "./StepApproval.tsx";
import { StepPanel } from "./StepPanel.tsx";
import type { Records } from "./timeline/records.ts";
import { recordName, type Structure, structureOf } from "./timeline/structure.ts";
import { Timeline } from "./timeline/Timeline.tsx";
import { RECORDS_MAX, useRunRecords } from "./use-run-records.ts";

/** One run: what became of it, its steps in time, and the step in focus. */
export function RunPage() {
  const { id } = useParams({ from: "/runs/$id" });
  const [round, setRound] = useState(0);
  if (!useSession().may("run.read")) return <NotFound />;
  return <RunView key={`${id} ${round}`} id={id} again={() => setRound(round + 1)} />;
}

function RunView({ id, again }: { id: string; again: () => void }) {
  const client = useClient();
  const { step } = useSearch({ from: "/runs/$id" });
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const query = useQuery(runQuery(client, id));
  const run = query.data;
  const gathered = useRunRecords(id);
  const { records } = gathered;
  const { may } = useSession();
  const version = useQuery({
    ...versionQuery(client, run?.flow ?? "", run?.version ?? 0),
    enabled: run !== undefined && may("flow.read"),
  });
  const structure = useMemo(() => structureOf(version.data), [version.data]);
  const close = () => void navigate(paths.run(id));
  return (
    <Page
      title={run?.flow ?? say.runs.title}
      trail={
        <Link {...paths.runs()} className="hover:text-text-1">
          {say.runs.title}
        </Link>
      }
      actions={run && <RunActions run={run} />}
      panel={
        run &&
        step !== undefined &&
        gathered.loaded && <Focus run={run} records={records} structure={structure} seq={step} close={close} />
      }
      scrollRef={scroller}
    >
      {query.isPending && <Skeleton />}
      {query.isError && !run && <NotShown error={query.error} retry={() => void query.refetch()} />}
      {run && (
        <>
          <RunSummaryView run={run} records={records} structure={structure} />
          <Needs run={run} records={records} structure={structure} focus={step ?? null} />
          {gathered.error !== null && (
            <div className="px-4 pb-4 md:px-6">
              <ErrorNote error={gathered.error} retry={again} />
            </div>
          )}
          {records.size > 0 && (
            <Timeline
              runId={id}
              records={records}
              structure={structure}
              startMs={Date.parse(run.startedAt ?? run.createdAt)}
              endMs={run.endedAt === null ? null : Date.parse(run.endedAt)}
              selected={step ?? null}
              scroller={scroller}
            />
          )}
          {records.size >= RECORDS_MAX && (
            <p className="px-4 pt-2 text-12 text-text-3 md:px-6">{say.run.stepsCut(RECORDS_MAX)}</p>
          )}
          {gathered.loaded && records.size === 0 && <EmptyState title={say.run.noSteps} what={say.run.noStepsWhat} />}
          {run.input !== null && (
            <div className="max-w-3xl px-4 py-6 md:px-6">
              <JsonView label={say.run.input} value={run.input} root="trigger" level={2} />
            </div>
          )}
          {isTerminal(run.status) && run.output !== null && (
            <div className="max-w-3xl space-y-2 px-4 py-6 md:px-6">
              {modelFactsOf(run.output) !== null && <ByModel />}
              <JsonView label={say.run.output} value={run.output} root="output" level={2} />
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function NotShown({ error, retry }: { error: Error; retry: () => void }) {
  if (error instanceof ProblemError && error.status === 404)
    return <EmptyState title={say.notFound.title} what={error.message} />;
  return (
    <div className="p-4 md:px-6">
      <ErrorNote error={error} retry={retry} />
    </div>
  );
}

/** Events of a run that can be sent by hand at once; what waits for more is better served by a program. */
const EVENTS_SHOWN = 5;
/** Approvals that can be decided here at once; the others are in the inbox. */
const APPROVALS_SHOWN = 3;

/** What the run needs of whoever may give it: a word on what waits for one, an answer for each unknown effect, the events it waits for. */
function Needs({
  run,
  records,
  structure,
  focus,
}: {
  run: Run;
  records: Records;
  structure: Structure;
  /** The step that is open beside it, which shows its own approval. */
  focus: number | null;
}) {
  const { may } = useSession();
  if (isTerminal(run.status)) return null;
  const asking = [...records.values()]
    .filter(({ status, approval, seq }) => status === "waiting" && approval !== null && seq !== focus)
    .slice(0, APPROVALS_SHOWN);
  const controls = may("run.control");
  const doubtful = controls ? [...records.values()].filter(({ status }) => status === "in_doubt") : [];
  const events = controls && run.status !== "parked" ? awaitedEvents(records.values()).slice(0, EVENTS_SHOWN) : [];
  if (asking.length + doubtful.length + events.length === 0) return null;
  return (
    <div className="@container space-y-3 px-4 pb-5 md:px-6">
      {asking.map((record) => (
        <StepApproval key={record.seq} id={record.approval ?? ""} name={recordName(record, structure)} level={2} />
      ))}
      {doubtful.map((record) => (
        <Resolve key={record.seq} runId={run.id} record={record} name={recordName(record, structure)} />
      ))}
      {events.map((event) => (
        <SendEvent key={event} runId={run.id} event={event} />
      ))}
    </div>
  );
}

function Focus({
  run,
  records,
  structure,
  seq,
  close,
}: {
  run: Run;
  records: Records;
  structure: Structure;
  seq: number;
  close: () => void;
}) {
  const record = records.get(seq);
  if (record) return <StepPanel run={run} record={record} records={records} structure={structure} close={close} />;
  return (
    <Panel title={say.step.panel("")} label={say.step.panel("")} close={close} wide>
      <p className="p-4 text-13 text-text-2">{say.step.missing}</p>
    </Panel>
  );
}
