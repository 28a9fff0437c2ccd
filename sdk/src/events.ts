/** The committed records of a run as they come, over server-sent events, through broken connections. */
import type { RunEvent, RunStatus } from "./api.ts";
import { ProblemError, problemOfAnswer, problemWithoutAnswer } from "./problem-error.ts";
import { type Fetch, whyNoAnswer } from "./request.ts";
import { createSseParser } from "./sse.ts";

/** A record with its place in the run's sequence: give it as `lastEventId` to go on after it. */
export type SentRunEvent = RunEvent & { readonly seq: number };

export interface EventsOptions {
  /** Only what was committed after this record. */
  readonly lastEventId?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EventLimits {
  /** The first wait before connecting again, doubled each time up to `delayMsMax`, minus up to half by chance. */
  readonly delayMs: number;
  readonly delayMsMax: number;
  /** Connections in a row that bring nothing, before it gives up. */
  readonly attemptsMax: number;
  /** A connection that is silent this long (not even a comment) is taken for dead. */
  readonly silenceMsMax: number;
  readonly eventCharsMax: number;
}

export interface EventSourceOptions {
  readonly fetch: Fetch;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: EventLimits;
  /** Gives [0, 1). */
  readonly random: () => number;
}

const ENDED: ReadonlySet<RunStatus> = new Set(["completed", "failed", "cancelled"]);

/** True when the state never changes again. */
export function isTerminal(status: RunStatus): boolean {
  return ENDED.has(status);
}

/**
 * Yields each record once, in order, and the run whenever its state has changed; ends after the run has ended or when `signal` aborts.
 *
 * Connects again by `Last-Event-ID` after a broken connection, 408, 429 or a 5xx; throws `ProblemError` for any other
 * refusal, and after `attemptsMax` connections in a row that brought nothing.
 */
export async function* events(
  source: EventSourceOptions,
  { lastEventId, signal }: EventsOptions = {},
): AsyncGenerator<SentRunEvent, void, undefined> {
  const progress: Progress = { last: lastEventId, status: null, askedMs: 0, ended: false };
  for (let failures = 0; ;) {
    if (signal?.aborted) return;
    try {
      for await (const sent of connection(source, progress, signal)) {
        failures = 0;
        yield sent;
        if (sent.type === "run" && isTerminal(sent.run.status)) return;
      }
      if (progress.ended) return;
      failures += 1;
    } catch (error) {
      if (signal?.aborted) return;
      failures += 1;
      if (failures >= source.limits.attemptsMax || !isPassing(error)) throw error;
      const asked = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) : 0;
      progress.askedMs = Math.max(progress.askedMs, asked * 1000);
    }
    if (failures >= source.limits.attemptsMax) {
      const detail = `${source.url} ended ${failures} times in a row without bringing anything.`;
      throw problemWithoutAnswer("unreachable", detail, "Load the run again.");
    }
    const grown = Math.max(progress.askedMs, source.limits.delayMs * 2 ** Math.min(failures - 1, 20));
    await pause(Math.min(grown, source.limits.delayMsMax) * (1 - source.random() / 2), signal);
    progress.askedMs = 0;
  }
}

/** What one connection leaves to the next. */
interface Progress {
  last: number | undefined;
  /** The run's state as it was told last. */
  status: RunStatus | null;
  /** The wait the server asked for. */
  askedMs: number;
  /** The server said that nothing more will come. */
  ended: boolean;
}

/** One connection, from its request to its end. */
async function* connection(
  source: EventSourceOptions,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<SentRunEvent, void, undefined> {
  const silence = new AbortController();
  const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const headers: Record<string, string> = { ...source.headers, accept: "text/event-stream" };
  if (progress.last !== undefined) headers["last-event-id"] = String(progress.last);
  try {
    const asking = source.fetch(source.url, { method: "GET", headers, signal: either, redirect: "error" });
    const response = await within(asking, source.limits.silenceMsMax, silence);
    if (!response.ok || response.body === null) throw await refusalOf(response);
    const parser = createSseParser(source.limits.eventCharsMax);
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const piece = await within(reader.read(), source.limits.silenceMsMax, silence);
      if (piece.done) return;
      for (const event of parser.push(decoder.decode(piece.value, { stream: true }))) {
        if (event.event === "end") progress.ended = true;
        if (!RECORDS.has(event.event)) continue;
        const sent = recordOf(event.id, event.data, source.url);
        if (!isNews(sent, progress)) continue;
        progress.last = Math.max(progress.last ?? sent.seq, sent.seq);
        if (sent.type === "run") progress.status = sent.run.status;
        yield sent;
      }
      progress.askedMs = parser.retryMs ?? 0;
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const asked = { method: "GET", url: source.url, signal, timeoutMs: source.limits.silenceMsMax };
    throw whyNoAnswer(error, asked, silence.signal);
  } finally {
    // Closes the connection, however the reading ended.
    silence.abort();
  }
}

/** The server may repeat what it was asked to continue after; a state that changed without a record (parked) has its number. */
function isNews(sent: SentRunEvent, { last, status }: Progress): boolean {
  return last === undefined || sent.seq > last || (sent.type === "run" && sent.run.status !== status);
}

/** Events of other names may be added; they are passed over. */
const RECORDS: ReadonlySet<string> = new Set(["step", "run", "message"]);

/** Waits for the promise, and aborts `silence` when it takes longer. What the consumer takes between two reads doesn't count. */
async function within<T>(promise: Promise<T>, ms: number, silence: AbortController): Promise<T> {
  const timer = setTimeout(() => silence.abort(), ms);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function refusalOf(response: Response): Promise<ProblemError> {
  const text = (await response.text()).slice(0, 65_536);
  return problemOfAnswer(response.status, response.headers.get("retry-after"), text);
}

function recordOf(id: string | null, data: string, url: string): SentRunEvent {
  try {
    const event: unknown = JSON.parse(data);
    const seq = Number(id ?? Number.NaN);
    if (isRunEvent(event) && Number.isSafeInteger(seq)) return { ...event, seq };
  } catch {
    // Falls through to the same refusal as an event without its number.
  }
  throw problemWithoutAnswer(
    "bad_answer",
    `${url} sent an event that is not a record of a run.`,
    "Load the run again.",
  );
}

function isRunEvent(value: unknown): value is RunEvent {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  return (value.type === "step" && "step" in value) || (value.type === "run" && "run" in value);
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  if (error.code === "bad_answer" && error.status === 0) return false;
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** Resolves after `ms`, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}
