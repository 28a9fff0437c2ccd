/** Runs and their records as the API shows them: prefixed ids, ISO times, null for what is not there. */
import type { Run, RunEvent, RunSummary, StepRecord } from "@steward/sdk";
import { showId, uuidTime } from "../core/id.ts";
import type { RunNews, RunView, StepView } from "../engine/engine.ts";
import type { RunRow } from "../store/runs.ts";

export function presentRun({ row, slug, input, output, error }: RunView): Run {
  return { ...presentFacts(row, slug), input: jsonOrNull(input), output: jsonOrNull(output), error };
}

/** As lists show it: the error's message is sealed with the run, so that its code stands for it. */
export function presentRunSummary(row: RunRow, slug: string): RunSummary {
  const { errorCode, failingStep } = row;
  if (errorCode === null) return { ...presentFacts(row, slug), error: null };
  const where = failingStep === null ? "" : ` in step ${failingStep}`;
  const message = `It failed with ${errorCode}${where}; the run itself says more.`;
  return {
    ...presentFacts(row, slug),
    error: { code: errorCode, message, ...(failingStep === null ? {} : { step: failingStep }) },
  };
}

export function presentStep(step: StepView): StepRecord {
  return {
    seq: step.seq,
    step: step.step,
    path: [...step.path],
    attempt: step.attempt,
    status: step.status,
    input: jsonOrNull(step.input),
    output: jsonOrNull(step.output),
    error: step.error,
    startedAt: isoTime(step.startedAt),
    durationMs: step.durationMs,
    copied: step.copied,
    approval: step.approval === null ? null : showId("apr", step.approval),
  };
}

export function presentNews(news: RunNews): RunEvent {
  return "step" in news ? { type: "step", step: presentStep(news.step) } : { type: "run", run: presentRun(news.run) };
}

function presentFacts(row: RunRow, slug: string): Omit<RunSummary, "error"> {
  return {
    id: showId("run", row.id),
    flow: slug,
    version: row.version,
    status: row.status,
    trigger: row.trigger,
    retryOf: row.retryOf === null ? null : showId("run", row.retryOf),
    parent: row.parent === null ? null : showId("run", row.parent),
    createdAt: isoTime(uuidTime(row.id)),
    startedAt: row.startedAt === null ? null : isoTime(row.startedAt),
    endedAt: row.endedAt === null ? null : isoTime(row.endedAt),
    usage: { steps: row.steps, effects: row.effects, bytes: row.bytes, tokens: row.tokens, cost: costOf(row) },
  };
}

/** Exact below 9 billion. */
function costOf({ costMicro, costCurrency }: RunRow): Run["usage"]["cost"] {
  return costCurrency === null ? null : { amount: Number(costMicro) / 1_000_000, currency: costCurrency };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function jsonOrNull(value: unknown): Run["output"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the contract's JSON is the mutable type of the same values
  return (value ?? null) as Run["output"];
}
