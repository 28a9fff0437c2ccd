import type { Dispatcher } from "undici";
import type { Target } from "../../core/egress/judge-url.ts";
import type { EgressAnswer, EgressRequest } from "../../core/ports/egress.ts";
import { ConnectFailure } from "./connect.ts";
import { ResponseBody } from "./response-body.ts";

/** What an exchange needs of a connection. */
export interface Line {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  readonly broken: boolean;
  reset(): void;
}

/** One message to one target. */
export interface Message {
  readonly target: Target;
  readonly method: string;
  readonly headers: EgressRequest["headers"];
  readonly body: Buffer | null;
  readonly responseBytesMax: number;
  readonly mayBegin: () => boolean;
}

/**
 * One request and its answer on one connection.
 * X1 Nothing is handed to the socket before `mayBegin` said yes, in the same turn of the event loop.
 * X2 Until then every failure is known (`unsent`, `refused`); from then on every failure is `unknown`.
 * X3 The request is written once: should undici begin it again, it is stopped and stays unknown.
 * X4 It settles once, and the connection is reusable only after a complete answer.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<EgressAnswer>;
  readonly #message: Message;
  readonly #line: Line;
  readonly #settle: (answer: EgressAnswer) => void;
  #begun = false;
  #settled = false;
  #status = 0;
  #headers: [string, string][] = [];
  #body: ResponseBody | null = null;

  constructor(line: Line, message: Message) {
    this.#line = line;
    this.#message = message;
    const { promise, resolve } = Promise.withResolvers<EgressAnswer>();
    this.outcome = promise;
    this.#settle = resolve;
  }

  start(): void {
    const { target, method, headers, body } = this.#message;
    const flat = headers.flat();
    this.#line.dispatch({ path: target.path, method, headers: flat, body }, this);
  }

  /** Ends it now: the connection is reset, and what is known decides the answer (X2). */
  stop(cause: "timeout" | "cancelled", reason: string): void {
    const { host } = this.#message.target;
    if (this.#begun) {
      this.#end({ kind: "unknown", code: cause === "timeout" ? "timeout" : "aborted", message: `${host}: ${reason}` });
    } else if (cause === "timeout") {
      this.#end({ kind: "unsent", code: "connect_timeout", message: `No connection to ${host}: ${reason}` });
    } else {
      this.#end({ kind: "refused", code: "cancelled", message: reason });
    }
  }

  #end(answer: EgressAnswer): void {
    if (this.#settled) return;
    this.#settled = true;
    if (answer.kind !== "answer") this.#line.reset();
    this.#settle(answer);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) return controller.abort(new Error("settled"));
    if (this.#begun) {
      this.#end(this.#unknown("reset", "the connection was lost"));
      return controller.abort(new Error("begun before"));
    }
    if (!this.#message.mayBegin()) {
      this.#end({
        kind: "refused",
        code: "cancelled",
        message: "It was stopped just before the first byte; nothing was sent.",
      });
      return controller.abort(new Error("refused"));
    }
    this.#begun = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.#settled) return;
    this.#status = status;
    this.#headers = readHeaders(controller.rawHeaders);
    const { method, responseBytesMax } = this.#message;
    const empty = method === "HEAD" || status === 204 || status === 304;
    const announced = empty ? null : announcedBytes(this.#headers);
    if (announced !== null && announced > responseBytesMax) return this.#endTooLarge(announced);
    this.#body = new ResponseBody(responseBytesMax, announced);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled || this.#body === null) return;
    if (!this.#body.push(chunk)) this.#endTooLarge(this.#body.bytes);
  }

  #endTooLarge(bytes: number): void {
    const { target, responseBytesMax } = this.#message;
    const message = `${target.host} answered ${this.#status} with ${bytes} bytes or more; at most ${responseBytesMax} are read.`;
    this.#end({ kind: "too_large", status: this.#status, bytes, message });
  }

  onResponseEnd(): void {
    // A body that only the end of the connection ends is complete only if the connection ended well.
    if (this.#line.broken && !isDelimited(this.#headers)) {
      return this.#end(this.#unknown("truncated", "the connection broke within the answer"));
    }
    this.#end({
      kind: "answer",
      status: this.#status,
      headers: this.#headers,
      body: this.#body?.finish() ?? new Uint8Array(),
      url: this.#message.target.url,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#begun) return this.#end(this.#unknown(failureCode(error, this.#status), error.message));
    const code = error instanceof ConnectFailure ? error.stage : "connect";
    this.#end({ kind: "unsent", code, message: error.message });
  }

  #unknown(code: "reset" | "truncated" | "protocol", why: string): EgressAnswer {
    return {
      kind: "unknown",
      code,
      message: `${this.#message.target.host} was sent the request, but ${UNREAD[code]} (${why}).`,
    };
  }
}

const UNREAD = {
  reset: "no answer came",
  truncated: "its answer broke off",
  protocol: "its answer is not valid HTTP",
} as const;

function readHeaders(raw: Dispatcher.DispatchController["rawHeaders"]): [string, string][] {
  if (!Array.isArray(raw)) return [];
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([latin1(raw[index]).toLowerCase(), latin1(raw[index + 1])]);
  }
  return headers;
}

function latin1(text: Buffer | string | undefined): string {
  return typeof text === "string" ? text : (text?.toString("latin1") ?? "");
}

function announcedBytes(headers: readonly (readonly [string, string])[]): number | null {
  const length = headers.find(([name]) => name === "content-length")?.[1];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function isDelimited(headers: readonly (readonly [string, string])[]): boolean {
  return headers.some(([name]) => name === "content-length" || name === "transfer-encoding");
}

function failureCode(error: Error & { code?: unknown }, status: number): "reset" | "truncated" | "protocol" {
  // "bad response", "bad upgrade": undici's words for an answer that nobody asked for.
  const isProtocol = error.code === "UND_ERR_HEADERS_OVERFLOW" || error.message.startsWith("bad ");
  // A head whose lengths contradict each other is reported as a wrong length before any status.
  const isContradiction = error.code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" && status === 0;
  const isSyntax = error.name === "HTTPParserError" && !error.message.includes("EOF");
  if (isProtocol || isContradiction || isSyntax) return "protocol";
  return status === 0 ? "reset" : "truncated";
}
