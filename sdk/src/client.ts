/** The typed client: one function per entry of `routes`, for Node, Bun and browsers. */
import type { z } from "zod";
import { type Download, download } from "./download.ts";
import { type EventLimits, type EventsOptions, events, type SentRunEvent } from "./events.ts";
import { exchange, type Fetch } from "./request.ts";
import type { Route } from "./route.ts";
import { type RouteName, routes } from "./routes.ts";
import { createUploadFetch, platformRequest, type UploadProgress } from "./upload.ts";

export interface ClientOptions {
  /** Where Steward is, without a trailing path: `http://127.0.0.1:7788`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`; left out where a session cookie serves (the page). */
  readonly apiKey?: string | undefined;
  /** Default: the platform's own. */
  readonly fetch?: Fetch | undefined;
  /** The project that calls act in, `prj_…`, sent as `Steward-Project`: for a session, and a key that reaches the organization. */
  readonly project?: (() => string | undefined) | undefined;
  /** How long a call may take with its whole answer; default 60 s, which leaves room for `wait`, and 6 h for an upload. */
  readonly timeoutMs?: number | undefined;
  /** The largest answer that is read; default 64 MiB. */
  readonly answerBytesMax?: number | undefined;
  readonly eventLimits?: Partial<EventLimits> | undefined;
  /** Gives [0, 1) for the spread of reconnections; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** A body sent as it stands, for instance a flow file as YAML with its own line numbers. */
export class RawBody {
  readonly text: string;
  readonly mediaType: string;

  constructor(text: string, mediaType: string) {
    this.text = text;
    this.mediaType = mediaType;
  }
}

/** What a route that takes no JSON is sent: streamed where it is a stream or a file, and then never whole in memory. */
export type StreamableBody = Blob | ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | string;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

type Table = typeof routes;
type Params<R> = R extends { params: infer P extends z.ZodType } ? z.output<P> : unknown;
type OptionalKey<I> = { [K in keyof I]-?: undefined extends I[K] ? K : never }[keyof I];
type Query<R> = R extends { query: infer Q extends z.ZodType }
  ? { [K in keyof z.output<Q> as K extends OptionalKey<z.input<Q>> ? K : never]?: z.output<Q>[K] | undefined } & {
      [K in keyof z.output<Q> as K extends OptionalKey<z.input<Q>> ? never : K]: z.output<Q>[K];
    }
  : unknown;
type Body<R> = R extends { takes: string }
  ? {
      body: StreamableBody;
      /** Told as the body goes out, in browsers, where it is no stream and `fetch` was not given. */
      progress?: UploadProgress | undefined;
    }
  : R extends { body: infer B extends z.ZodType }
    ? { body: z.input<B> | RawBody }
    : unknown;
type Repeatable<R> = R extends { method: "POST" } ? { idempotencyKey?: string | undefined } : unknown;

/** What a call takes: the path's and the query's parameters by name, `body`, and what steers the call itself. */
export type CallArgs<N extends RouteName> = Params<Table[N]> &
  Query<Table[N]> &
  Body<Table[N]> &
  Repeatable<Table[N]> &
  CallOptions;

/** What a call gives: the body of the answer, as the server checked it; of a route that streams, the `Download`. */
export type Answer<N extends RouteName> = Table[N] extends { gives: string }
  ? Download
  : Table[N]["answers"] extends infer A
    ? { [S in keyof A]: A[S] extends z.ZodType ? z.output<A[S]> : never }[keyof A]
    : never;

type Call<N extends RouteName> =
  object extends CallArgs<N> ? (args?: CallArgs<N>) => Promise<Answer<N>> : (args: CallArgs<N>) => Promise<Answer<N>>;

export type Client = { readonly [N in Exclude<RouteName, "runEvents">]: Call<N> } & {
  /** The run's records as they are committed, see `events`; ends with the run. */
  events(runId: string, options?: EventsOptions): AsyncGenerator<SentRunEvent, void, undefined>;
};

/** As long as the server waits for one. */
const UPLOAD_MS_MAX = 21_600_000;
const EVENT_LIMITS: EventLimits = {
  delayMs: 500,
  delayMsMax: 30_000,
  attemptsMax: 100,
  silenceMsMax: 60_000,
  eventCharsMax: 16_777_216,
};

const platformFetch: Fetch = (url, init) => globalThis.fetch(url, init);

/**
 * A client of one Steward. Each call throws `ProblemError` for a refusal and for an answer that never came (status 0),
 * and the signal's own reason when the caller aborts. It repeats nothing by itself but the connection of `events`.
 */
export function createClient(options: ClientOptions): Client {
  const base = options.baseUrl.replace(/\/+$/, "");
  const fetch = options.fetch ?? platformFetch;
  const authorization: Record<string, string> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };

  const identification = (): Record<string, string> => {
    const project = options.project?.();
    return project === undefined ? authorization : { ...authorization, "steward-project": project };
  };

  const call = (route: Route, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const headers: Record<string, string> = {
      ...identification(),
      accept: `${route.gives ?? "application/json"}, application/problem+json`,
    };
    if (typeof args["idempotencyKey"] === "string") headers["idempotency-key"] = args["idempotencyKey"];
    const body = route.takes === undefined ? bodyOf(route, args["body"]) : null;
    const mediaType = route.takes ?? body?.mediaType;
    if (mediaType !== undefined) headers["content-type"] = mediaType;
    const timeoutMs = options.timeoutMs ?? (route.takes === undefined ? 60_000 : UPLOAD_MS_MAX);
    const one = {
      fetch: uploadFetch(options, args) ?? fetch,
      url: base + addressOf(route, args),
      method: route.method,
      headers,
      body: route.takes === undefined ? (body?.text ?? null) : streamableOf(args["body"]),
      signal: args["signal"] instanceof AbortSignal ? args["signal"] : undefined,
      timeoutMs: typeof args["timeoutMs"] === "number" ? args["timeoutMs"] : timeoutMs,
    };
    if (route.gives !== undefined) return download(one);
    return exchange({ ...one, answerBytesMax: options.answerBytesMax ?? 67_108_864 });
  };

  const calls: Record<string, unknown> = {
    events: (runId: string, at?: EventsOptions) =>
      events(
        {
          fetch,
          url: base + addressOf(routes.runEvents, { id: runId }),
          headers: identification(),
          limits: { ...EVENT_LIMITS, ...options.eventLimits },
          random: options.random ?? Math.random,
        },
        at,
      ),
  };
  for (const [name, route] of Object.entries(routes)) {
    if (name !== "runEvents") calls[name] = (args: Record<string, unknown> = {}) => call(route, args);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from the same table as its type, in a loop
  return calls as Client;
}

/** The `fetch` of a call that wants to be told how far its body is, where the platform can tell. */
function uploadFetch({ fetch }: ClientOptions, args: Readonly<Record<string, unknown>>): Fetch | null {
  const { progress, body } = args;
  const newRequest = platformRequest();
  if (typeof progress !== "function" || newRequest === null || fetch !== undefined || body instanceof ReadableStream)
    return null;
  return createUploadFetch(newRequest, (sentBytes) => void progress(sentBytes));
}

/** Path and query of a call: every parameter is one encoded segment; what the query doesn't know is left out. */
function addressOf(route: Route, args: Readonly<Record<string, unknown>>): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = segmentOf(args[name]);
    if (value === "" || value === "." || value === "..") throw new TypeError(`${route.path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const name of Object.keys(route.query?.shape ?? {})) {
    if (args[name] !== undefined) query.set(name, segmentOf(args[name]));
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function segmentOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function streamableOf(body: unknown): StreamableBody {
  if (typeof body === "string" || body instanceof Blob || body instanceof ReadableStream) return body;
  if (body instanceof Uint8Array && body.buffer instanceof ArrayBuffer)
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError("the body is a Blob, a ReadableStream, a Uint8Array or a text");
}

function bodyOf(route: Route, body: unknown): RawBody | null {
  if (body instanceof RawBody) return body;
  if (route.body === undefined) return null;
  return new RawBody(JSON.stringify(body ?? {}), "application/json");
}
