import { type Client, isTerminal, listAll, type Run, type StepRecord } from "@steward/sdk";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { keys, runQuery } from "../api/queries.ts";
import { type Records, withRecords } from "./timeline/records.ts";

export const RECORDS_MAX = 20_000;
const GATHER_MS = 80;

interface Gathered {
  readonly records: Records;
  readonly loaded: boolean;
  readonly live: boolean;
  readonly error: unknown;
}

const NOTHING: Gathered = { records: new Map(), loaded: false, live: false, error: null };

/** The run's step records: what is committed, then what comes, until the run ends. The run itself is kept fresh too. */
export function useRunRecords(id: string): Gathered {
  const client = useClient();
  const queries = useQueryClient();
  const [gathered, setGathered] = useState(NOTHING);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const arrivals: StepRecord[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Many records come at once: the page is drawn for a handful together, not for each.
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      const taken = arrivals.splice(0);
      if (!signal.aborted) setGathered((before) => ({ ...before, records: withRecords(before.records, taken) }));
    };
    const take = (record: StepRecord) => {
      arrivals.push(record);
      timer ??= setTimeout(flush, GATHER_MS);
    };
    const mark = (marks: Partial<Gathered>) => {
      flush();
      if (!signal.aborted) setGathered((before) => ({ ...before, ...marks }));
    };
    follow({ client, queries, id, signal, take, mark }).catch((error: unknown) =>
      mark({ loaded: true, live: false, error }),
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, id, queries]);
  return gathered;
}

interface Following {
  client: Client;
  queries: QueryClient;
  id: string;
  signal: AbortSignal;
  take: (record: StepRecord) => void;
  mark: (marks: Partial<Gathered>) => void;
}

async function follow({ client, queries, id, signal, take, mark }: Following): Promise<void> {
  const query = runQuery(client, id);
  const { queryKey } = query;
  // The run first, then its records: a record between the two is either listed or comes as an event.
  const run = await queries.fetchQuery({ ...query, staleTime: 0 });
  let last: number | undefined;
  for await (const record of listAll(client.listSteps, { id, limit: 100, signal }, { itemsMax: RECORDS_MAX })) {
    take(record);
    last = Math.max(last ?? record.seq, record.seq);
  }
  mark({ loaded: true, live: !isTerminal(run.status) });
  if (isTerminal(run.status)) return;
  for await (const event of client.events(id, { lastEventId: last, signal })) {
    if (event.type === "step") take(event.step);
    else queries.setQueryData<Run>(queryKey, event.run);
  }
  mark({ live: false });
  if (!signal.aborted)
    await Promise.all([queries.invalidateQueries({ queryKey }), queries.invalidateQueries({ queryKey: keys.runs })]);
}
