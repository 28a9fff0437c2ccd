import type { RunError, RunSummary } from "@steward/sdk";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef } from "react";
import { useClient } from "../api/client.ts";
import { type RunFilters, runsQuery } from "../api/queries.ts";
import { useNow } from "../clock.ts";
import { useRowKeys } from "../keys/use-row-keys.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { CopyId, shortId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Cell, Row, ROW_LINK, Table } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";
import { durationWords } from "../words.ts";
import { runDuration } from "./sentence.ts";
import { useSteadyRuns } from "./use-steady-runs.ts";

/** Runs, newest first, kept fresh without moving what is being read. */
export function RunTable({ filters, empty }: { filters: RunFilters; empty: ReactNode }) {
  const list = useInfiniteQuery(runsQuery(useClient(), filters));
  const runs = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  if (list.isPending) return <Skeleton />;
  if (list.isError && !list.data) {
    return (
      <div className="p-4 md:px-6">
        <ErrorNote error={list.error} retry={() => void list.refetch()} />
      </div>
    );
  }
  if (runs.length === 0) return empty;
  return (
    <SteadyTable
      key={`${filters.flow ?? ""} ${filters.status ?? ""}`}
      runs={runs}
      withFlow={filters.flow === undefined}
      next={list.hasNextPage ? () => void list.fetchNextPage() : null}
      busy={list.isFetchingNextPage}
    />
  );
}

interface SteadyTableProps {
  runs: readonly RunSummary[];
  withFlow: boolean;
  next: (() => void) | null;
  busy: boolean;
}

function SteadyTable({ runs, withFlow, next, busy }: SteadyTableProps) {
  const container = useRef<HTMLDivElement>(null);
  const { rows, waiting, show } = useSteadyRuns(runs, next !== null, container);
  useRowKeys(container);
  const { columns } = say.runs;
  return (
    <div ref={container}>
      {waiting > 0 && (
        <div className="sticky top-2 z-10 flex h-0 justify-center">
          <Button className="motion-rise shadow-float" onClick={show}>
            {say.runs.arrivals(waiting, false)}
          </Button>
        </div>
      )}
      <Table
        label={say.runs.title}
        columns={[
          { name: columns.state, className: "w-36" },
          ...(withFlow ? [{ name: columns.flow }] : []),
          { name: columns.id, wide: true, className: withFlow ? "w-44" : "" },
          { name: columns.trigger, wide: true, className: "w-32" },
          { name: columns.started, right: true, className: "w-28" },
          { name: columns.duration, right: true, className: "w-24", wide: withFlow },
        ]}
      >
        {rows.map((run) => (
          <RunRow key={run.id} run={run} withFlow={withFlow} />
        ))}
      </Table>
      <More count={rows.length} noun={say.runs} next={next} busy={busy} />
    </div>
  );
}

function RunRow({ run, withFlow }: { run: RunSummary; withFlow: boolean }) {
  return (
    <Row>
      <Cell>
        <Link
          {...paths.run(run.id)}
          data-row
          className={ROW_LINK}
          aria-label={`${say.states[run.status]}, ${run.flow}, ${shortId(run.id)}`}
        >
          <StateBadge state={run.status} />
        </Link>
      </Cell>
      {withFlow && (
        <Cell>
          {run.flow}
          {run.error && <span className="ml-3 font-mono text-12 text-text-3">{errorWords(run.error)}</span>}
        </Cell>
      )}
      <Cell wide>
        <span className="relative z-[1]">
          <CopyId id={run.id} quiet />
        </span>
      </Cell>
      <Cell wide className="text-13 text-text-2">
        {run.trigger}
      </Cell>
      <Cell right className="text-13 text-text-2">
        <Time at={run.createdAt} />
      </Cell>
      <Cell right wide={withFlow} className="text-13 text-text-2">
        <Took run={run} />
      </Cell>
    </Row>
  );
}

/** In a list the code and the step say enough; the run itself has the sentence. */
function errorWords({ code, step }: RunError): string {
  return step === undefined ? code : `${code} · ${step}`;
}

function Took({ run }: { run: RunSummary }) {
  const now = useNow(run.status === "running" ? 1000 : null);
  const ms = runDuration(run, now);
  return ms === null || (run.endedAt === null && run.status !== "running") ? "" : durationWords(ms);
}
