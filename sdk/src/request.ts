/** One HTTP exchange of the client, with its limits: time, size of the answer, and the caller's abort. */
import { problemOfAnswer, problemWithoutAnswer } from "./problem-error.ts";

/** The subset of `fetch` that the client needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Exchange {
  readonly fetch: Fetch;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it comes. */
  readonly body: string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

/** The answer's JSON, null when it has no body. Throws `ProblemError`, or the abort's own reason when the caller aborts. */
export async function exchange(one: Exchange): Promise<unknown> {
  const deadline = AbortSignal.timeout(one.timeoutMs);
  const signal = one.signal ? AbortSignal.any([one.signal, deadline]) : deadline;
  const { response, text } = await send(one, signal).catch((error: unknown) => {
    throw whyNoAnswer(error, one, deadline);
  });
  if (!response.ok) throw problemOfAnswer(response.status, response.headers.get("retry-after"), text);
  if (text === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    const detail = `${one.method} ${one.url} answered ${response.status} with something that is not JSON.`;
    throw problemWithoutAnswer("bad_answer", detail, "Check that the address is Steward's.", cause);
  }
}

async function send(one: Exchange, signal: AbortSignal): Promise<{ response: Response; text: string }> {
  const { method, headers, body } = one;
  const streams = body instanceof ReadableStream;
  const duplex = streams ? { duplex: "half" as const } : {}; // without it, fetch takes no stream
  const response = await one.fetch(one.url, { method, headers, body, signal, redirect: "error", ...duplex });
  return { response, text: await textOf(response, one.answerBytesMax) };
}

/** The error a caller should see for a `fetch` that threw: its own abort as it is, anything else as a problem. */
export function whyNoAnswer(
  error: unknown,
  { method, url, signal, timeoutMs }: Pick<Exchange, "method" | "url" | "signal" | "timeoutMs">,
  deadline: AbortSignal,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (deadline.aborted) {
    const detail = `${method} ${url} got no whole answer within ${timeoutMs / 1000} s; it may have happened.`;
    return problemWithoutAnswer("timeout", detail, "Look whether it happened before you repeat it.", error);
  }
  if (error instanceof RangeError) {
    return problemWithoutAnswer("bad_answer", `${method} ${url}: ${error.message}`, "Ask for less at once.", error);
  }
  const why = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const detail = `${method} ${url} got no answer${why}.`;
  return problemWithoutAnswer("unreachable", detail, "Check that Steward runs there, then try again.", error);
}

async function textOf(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      bytes += piece.value.byteLength;
      if (bytes > bytesMax) throw new RangeError(`the answer is larger than ${bytesMax} bytes`);
      parts.push(decoder.decode(piece.value, { stream: true }));
    }
  } finally {
    // Frees the connection when the limit or an abort ended the reading early; after a whole answer it does nothing.
    reader.cancel().catch(() => undefined);
  }
  return parts.join("") + decoder.decode();
}
