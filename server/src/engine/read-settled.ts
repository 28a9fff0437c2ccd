import type { RunError } from "@steward/sdk";
import { parseOwn } from "../core/json.ts";
import type { Scope } from "../store/scope.ts";
import { findRun } from "../store/runs.ts";
import type { Settled } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { readRecords } from "./read-records.ts";

/** What a run led here has come to. */
export function settledOf(run: LiveRun): Settled {
  const { ended, reply } = run.state;
  return { status: run.status, reply, output: ended?.output, error: ended?.error ? shown(ended.error) : null };
}

/** What a run has come to by its committed records; null when there is no such run. */
export async function readSettled(
  parts: Pick<EngineParts, "database" | "projects" | "blobs">,
  scope: Scope,
  id: string,
): Promise<Settled | null> {
  const row = await findRun(parts.database, scope, id);
  if (!row) return null;
  let settled: Settled = { status: row.status, reply: null, output: undefined, error: null };
  for await (const { record } of readRecords(parts, scope, id, 1)) {
    if ((record.t === "step" || record.t === "end") && record.reply) {
      const body = record.t === "step" && record.same ? record.input : record.output;
      settled = { ...settled, reply: { ...record.reply, body } };
    }
    if (record.t === "ended")
      settled = {
        ...settled,
        status: record.status,
        output: record.output,
        error: record.error ? shown(record.error) : null,
      };
  }
  return settled;
}

type Details = NonNullable<RunError["details"]>;

/** A failure as the API shows it. */
export function shown(error: {
  code: string;
  message: string;
  step?: string;
  path?: readonly number[];
  details?: unknown;
}): NonNullable<Settled["error"]> {
  const { code, message, step, path } = error;
  return {
    code,
    message,
    ...(step === undefined ? {} : { step }),
    ...(path === undefined ? {} : { path: [...path] }),
    ...(error.details === undefined ? {} : { details: parseOwn<Details>(JSON.stringify(error.details)) }),
  };
}
