/** An answer that streams: a route with `gives`. Read piece by piece, so that its size is nobody's memory. */
import { problemOfAnswer } from "./problem-error.ts";
import { type Exchange, whyNoAnswer } from "./request.ts";

export interface Download {
  readonly mediaType: string;
  /** As Content-Length says, null where the server doesn't know beforehand. */
  readonly bytes: number | null;
  /** Content-Disposition, ETag and the like. */
  readonly headers: Headers;
  /**
   * The pieces as they come; read it once. Leaving the loop ends the connection. Throws `ProblemError` when it breaks off
   * or is silent longer than the call's `timeoutMs`: what came until then is not whole.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Begins a download. Throws `ProblemError`, or the abort's own reason when the caller aborts. */
export async function download(one: Omit<Exchange, "answerBytesMax">): Promise<Download> {
  const silence = new AbortController();
  const signal = one.signal ? AbortSignal.any([one.signal, silence.signal]) : silence.signal;
  const why = (error: unknown): unknown => whyNoAnswer(error, one, silence.signal);
  const { method, headers, body } = one;
  const response = await within(one.timeoutMs, silence, async () => {
    const answer = await one.fetch(one.url, { method, headers, body, signal, redirect: "error" });
    if (answer.ok) return answer;
    throw problemOfAnswer(answer.status, answer.headers.get("retry-after"), (await answer.text()).slice(0, 65_536));
  }).catch((error: unknown) => {
    throw error instanceof Error && error.name === "ProblemError" ? error : why(error);
  });
  const length = response.headers.get("content-length");
  return {
    mediaType: response.headers.get("content-type") ?? "",
    bytes: length === null ? null : Number(length),
    headers: response.headers,
    pieces: piecesOf(response, one.timeoutMs, silence, why),
  };
}

async function* piecesOf(
  { body }: Response,
  timeoutMs: number,
  silence: AbortController,
  why: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const piece = await within(timeoutMs, silence, () => reader.read());
      if (piece.done) return;
      yield piece.value;
    }
  } catch (error) {
    throw why(error);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Aborts through `silence` when the act takes longer. */
async function within<T>(ms: number, silence: AbortController, act: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => silence.abort(), ms);
  try {
    return await act();
  } finally {
    clearTimeout(timer);
  }
}
