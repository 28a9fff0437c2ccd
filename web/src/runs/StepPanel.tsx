import { isTerminal, type Run, type StepRecord } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ByModel } from "../ui/ByModel.tsx";
import { classes } from "../ui/classes.ts";
import { JsonView } from "../ui/json/JsonView.tsx";
import { Panel } from "../ui/Panel.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { durationWords } from "../words.ts";
import { modelFactsOf } from "./model-facts.ts";
import { Resolve } from "./Resolve.tsx";
import { StepApproval } from "./StepApproval.tsx";
import { ModelFactsView, StepEffects } from "./StepEffects.tsx";
import type { Records } from "./timeline/records.ts";
import { isGoingOn } from "./timeline/going-on.ts";
import { recordName, type Structure } from "./timeline/structure.ts";
import { useRunActs } from "./use-run-acts.ts";

interface StepPanelProps {
  run: Run;
  record: StepRecord;
  records: Records;
  structure: Structure;
  close: () => void;
}

/** One step in focus: what it was given, what it gave, what went wrong, and each attempt. */
export function StepPanel({ run, record, records, structure, close }: StepPanelProps) {
  const controls = useSession().may("run.control");
  const shape = structure.get(record.step);
  const name = recordName(record, structure);
  const byModel = shape?.byModel ?? [];
  const attempts = [...records.values()]
    .filter((one) => one.step === record.step && one.path.join(".") === record.path.join("."))
    .toSorted((one, other) => one.attempt - other.attempt);
  // A retry starts at a step of the run's own level: inside a loop, at the loop.
  const from = shape?.loops[0] ?? record.step;
  return (
    <Panel title={name} label={say.step.panel(name)} close={close} wide>
      <div key={record.seq} className="space-y-5 p-4">
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-13">
          <StateBadge state={record.status} />
          {shape && <span className="text-text-2">{shape.kind}</span>}
          <span className="text-text-2">
            <Time at={record.startedAt} />
          </span>
          {record.durationMs !== null && <span className="text-text-2">{durationWords(record.durationMs)}</span>}
          {controls && isTerminal(run.status) && <RetryFrom runId={run.id} step={from} />}
        </div>
        {record.copied && <p className="text-13 text-text-2">{say.step.copied}</p>}
        {controls && record.status === "in_doubt" && <Resolve runId={run.id} record={record} name={name} />}
        {record.approval !== null && <StepApproval key={record.approval} id={record.approval} name={name} />}
        {attempts.length > 1 && <Attempts runId={run.id} attempts={attempts} current={record} />}
        {record.error && <StepError record={record} />}
        <ModelFactsView output={record.output} />
        <StepEffects run={run} record={record} />
        <div className="grid gap-5 @3xl:grid-cols-2">
          <div className="min-w-0 space-y-2">
            {byModel.length > 0 && record.input !== null && <ByModel label={say.outbound.writtenFields(byModel)} />}
            <Value
              label={say.step.input}
              value={record.input}
              root={`steps.${record.step}.input`}
              none={say.step.nothing.input}
            />
          </div>
          <div className="min-w-0 space-y-2">
            {modelFactsOf(record.output) !== null && <ByModel />}
            <Value
              label={say.step.output}
              value={record.output}
              root={`steps.${record.step}`}
              none={isGoingOn(record.status) ? say.step.nothing.output : say.step.nothing.outputNone}
            />
          </div>
        </div>
      </div>
    </Panel>
  );
}

function RetryFrom({ runId, step }: { runId: string; step: string }) {
  const { retry } = useRunActs(runId);
  return (
    <Button
      icon="again"
      className="ml-auto"
      title={say.run.retryFromWhat}
      disabled={retry.isPending}
      onClick={() => retry.mutate(step)}
    >
      {say.run.retryFrom(step)}
    </Button>
  );
}

function StepError({ record }: { record: StepRecord }) {
  const { error } = record;
  if (!error) return null;
  return (
    <section aria-label={say.step.error} className="space-y-2">
      <h3 className="text-13 font-medium">{say.step.error}</h3>
      <div className="rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-13">
        <p className="break-words">{error.message}</p>
        <p className="mt-0.5 font-mono text-12 text-text-2">{error.code}</p>
      </div>
      {error.details !== undefined && <JsonView label={say.step.details} value={error.details} root="error.details" />}
    </section>
  );
}

function Value({ label, value, root, none }: { label: string; value: unknown; root: string; none: string }): ReactNode {
  if (value !== null) return <JsonView label={label} value={value} root={root} />;
  return (
    <section aria-label={label}>
      <h3 className="flex h-8 items-center text-13 font-medium">{label}</h3>
      <p className="text-13 text-text-3">{none}</p>
    </section>
  );
}

function Attempts({
  runId,
  attempts,
  current,
}: {
  runId: string;
  attempts: readonly StepRecord[];
  current: StepRecord;
}) {
  return (
    <nav aria-label={say.step.attempts}>
      <ul className="divide-y divide-line rounded-md border border-line text-13">
        {attempts.map((one) => (
          <li key={one.attempt}>
            <Link
              {...paths.run(runId, { step: one.seq })}
              replace
              aria-current={one.seq === current.seq ? "true" : undefined}
              className={classes(
                "flex h-8 items-center gap-4 px-3 hover:bg-surface-1",
                one.seq === current.seq && "bg-surface-2",
              )}
            >
              <span className="w-24 text-text-2">{say.step.attempt(one.attempt)}</span>
              <StateBadge state={one.status} />
              <span className="min-w-0 flex-1 truncate text-text-3">{one.error?.message}</span>
              <span className="text-text-2">{one.durationMs === null ? "" : durationWords(one.durationMs)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
