import type { Database, Statement } from "../core/ports/database.ts";

export interface WorkerBeat {
  readonly id: string;
  readonly beat: number;
}

export async function insertWorker(
  dispatch: Database,
  worker: { id: string; host: string; process: number; startedMs: number; region: string | null },
): Promise<void> {
  await dispatch.query({
    text: "insert into steward.workers (id, host, process, started_at, region) values ($1, $2, $3, to_timestamp($4), $5)",
    values: [worker.id, worker.host, worker.process, worker.startedMs / 1000, worker.region],
  });
}

const LIST_WORKERS: Statement<WorkerBeat> = { name: "list_workers", text: "select id, beat from steward.workers" };

/** Counts one beat and gives every worker's. `alive` is false when others have taken this worker for gone. */
export async function beatWorker(
  dispatch: Database,
  id: string,
): Promise<{ readonly alive: boolean; readonly workers: readonly WorkerBeat[] }> {
  const [own, all] = await dispatch.pipeline([
    { name: "beat_worker", text: "update steward.workers set beat = beat + 1 where id = $1", values: [id] },
    LIST_WORKERS,
  ]);
  return { alive: own.count === 1, workers: all.rows };
}

/** Takes a worker off the list when its beat is still the one seen; true for exactly one of several that try. */
export async function removeWorker(dispatch: Database, seen: WorkerBeat): Promise<boolean> {
  const { count } = await dispatch.query({
    name: "remove_worker",
    text: "delete from steward.workers where id = $1 and beat = $2",
    values: [seen.id, seen.beat],
  });
  return count === 1;
}

export async function deleteWorkers(dispatch: Database, ids: readonly string[]): Promise<void> {
  await dispatch.query({ text: "delete from steward.workers where id = any($1::uuid[])", values: [ids] });
}

/** Where workers were registered from. */
export async function listProcesses(
  dispatch: Database,
): Promise<readonly { readonly id: string; readonly host: string; readonly process: number }[]> {
  const { rows } = await dispatch.query<{ id: string; host: string; process: number }>({
    text: "select id, host, process from steward.workers",
  });
  return rows;
}

export async function listWorkers(dispatch: Database): Promise<readonly WorkerBeat[]> {
  const { rows } = await dispatch.query(LIST_WORKERS);
  return rows;
}
