/** One call of a route, with everything checked, and its answer; both typed by the route table. */
import type { RouteName, routes } from "@steward/sdk";
import type { z } from "zod";
import type { AccountPrincipal, OrganizationPrincipal, Principal } from "./principal.ts";

type Table = typeof routes;
type Nothing = Readonly<Record<string, never>>;
type Params<R> = R extends { params: infer S extends z.ZodType } ? z.output<S> : Nothing;
type Query<R> = R extends { query: infer S extends z.ZodType } ? z.output<S> : Nothing;
type Body<R> = R extends { takes: string }
  ? AsyncIterable<Uint8Array>
  : R extends { body: infer S extends z.ZodType }
    ? z.output<S>
    : null;

/** A body as it came, for verbs that report its lines. */
export interface SentText {
  readonly content: Buffer;
  readonly mediaType: string;
}

/** Routes that read their body themselves. */
type RawRoute = "putFlow" | "putAgent";

/** Who calls a route, by where its access counts; nobody is known of an open one. */
type PrincipalOf<A> = A extends { in: "project" }
  ? Principal
  : A extends { in: "organization" }
    ? OrganizationPrincipal
    : A extends { in: "open" }
      ? null
      : AccountPrincipal;

export interface Call<N extends RouteName> {
  readonly principal: PrincipalOf<Table[N]["access"]>;
  readonly params: Params<Table[N]>;
  readonly query: Query<Table[N]>;
  readonly body: N extends RawRoute ? SentText : Body<Table[N]>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The peer, or who the trusted proxy says it is. */
  readonly address: string;
  /** Keyed digest of what makes the same request the same, when it came with an Idempotency-Key. */
  readonly repeatKey: Buffer | null;
}

type Answers<N extends RouteName> = Table[N]["answers"];

/** What a route with `gives` answers: sent as it comes, never held whole. What is thrown before its first piece is a problem. */
export type StreamedBody = AsyncIterable<string | Uint8Array>;
type BodyOf<R, S extends z.ZodType> = R extends { gives: string } ? StreamedBody : z.output<S>;

export type Reply<N extends RouteName> = {
  readonly [S in keyof Answers<N>]: Answers<N>[S] extends z.ZodType
    ? {
        readonly status: S;
        readonly body: BodyOf<Table[N], Answers<N>[S]>;
        readonly headers?: Readonly<Record<string, string>>;
      }
    : never;
}[keyof Answers<N>];

type Handler<N extends RouteName> = (call: Call<N>) => Promise<Reply<N>>;

/** One handler for every route that answers once; `runEvents` streams (run-events.ts). */
export type Handlers = { readonly [N in Exclude<RouteName, "runEvents">]: Handler<N> };
