/** A run's state in a person's words. Pure. */
import type { Run, RunStatus, RunSummary, StepRecord } from "@steward/sdk";
import { say } from "../language.ts";
import { clockWords, durationWords } from "../words.ts";

/** How long a run took, or has taken until `now`; null before it began. */
export function runDuration(run: Pick<RunSummary, "startedAt" | "endedAt">, now: number): number | null {
  if (run.startedAt === null) return null;
  return Math.max(0, (run.endedAt === null ? now : Date.parse(run.endedAt)) - Date.parse(run.startedAt));
}

/** One sentence without its full stop: what the run is doing or what became of it, and what it needs. */
export function runSentence(
  run: Run,
  records: Iterable<StepRecord>,
  now: number,
  nameOf: (step: string) => string = (step) => step,
): string {
  const words = say.sentence;
  const took = durationWords(runDuration(run, now) ?? 0);
  const open = [...records];
  const at = (status: StepRecord["status"]) => open.filter((one) => one.status === status);
  const sentences: Record<RunStatus, () => string> = {
    queued: () => words.queued(clockWords(Date.parse(run.createdAt), now)),
    running: () => {
      // The innermost: a loop is only running because of what it holds.
      const step = at("running").toSorted((one, other) => other.path.length - one.path.length)[0];
      return step ? words.runningStep(nameOf(step.step), took) : words.running(took);
    },
    waiting: () => waitingWords(at("waiting").at(-1), run, now, nameOf),
    in_doubt: () => {
      const steps = [...new Set(at("in_doubt").map(({ step }) => `“${nameOf(step)}”`))];
      return steps.length > 0 ? words.in_doubt(steps.slice(0, 3).join(", ")) : words.in_doubtSome;
    },
    parked: () => (run.error ? words.parked(run.error.message) : words.parkedPlain),
    completed: () => words.completed(took),
    failed: () => (run.error?.step === undefined ? words.failed(took) : words.failedAt(nameOf(run.error.step), took)),
    cancelled: () => words.cancelled(took),
  };
  return sentences[run.status]();
}

function waitingWords(record: StepRecord | undefined, run: Run, now: number, nameOf: (step: string) => string): string {
  const words = say.sentence;
  const since = clockWords(Date.parse(record?.startedAt ?? run.startedAt ?? run.createdAt), now);
  const input = record?.input;
  if (record === undefined || typeof input !== "object" || input === null || Array.isArray(input)) {
    return record ? words.waitingRetry(nameOf(record.step), since) : words.waiting(since);
  }
  const { event, until, seconds } = input;
  if (typeof event === "string") return words.waitingEvent(event, since);
  const end = typeof until === "string" ? Date.parse(until) : Date.parse(record.startedAt) + Number(seconds) * 1000;
  return Number.isFinite(end)
    ? words.waitingUntil(clockWords(end, now))
    : words.waitingRetry(nameOf(record.step), since);
}
