/**
 * What a connector is: what a provider offers, as data and pure functions. A connector asks for calls and never makes
 * them; the gate makes them, with the connection's secret added as they leave. One folder of `server/src/connectors`
 * each, of one shape: copy one to write the next.
 */
import type { z } from "zod";

type Json = z.core.util.JSONType;

/** What an action does to the other side. A grant may allow a class instead of single actions. */
export type ActionClass = "read" | "write" | "delete";

/** One HTTP call to the provider. */
export interface ConnectorCall {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * A path below the connector's `base`, with every part encoded (`path` of this module), or a URL on one of its hosts.
   * `{user}` in a path is the user name of a connection with `basic`, which the gate puts in; no encoded part can be it.
   */
  readonly url: string;
  /** Encoded by the gate; a list repeats the name, null and undefined leave it out. */
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless `as` says otherwise. */
  readonly body?: Json;
  /**
   * `form`: `application/x-www-form-urlencoded`, of a flat object in which a list repeats the name; `text`: as it stands, its
   * type in `headers`; `base64`: the bytes that it stands for.
   */
  readonly as?: "json" | "form" | "text" | "base64";
  /**
   * Only reads: a POST that changes nothing that anybody sees, and may be sent again, such as a search, or an upload that
   * nothing shows until a later call says so. By default GET and HEAD read and all others write.
   */
  readonly reads?: true;
  /** Statuses beyond 2xx that the action understands itself; every other one is `failure`'s. */
  readonly accepts?: readonly number[];
}

/** A complete answer with 2xx, or a status that the call accepts. */
export interface ConnectorAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else text; bytes that are no text are base64 with `encoding` set. */
  readonly body: Json;
  readonly encoding?: "base64";
}

/** Yields calls, gets their answers, returns the output. Pure: the same answers give the same calls. */
export type Calls<Output> = Generator<ConnectorCall, Output, ConnectorAnswer>;

export interface Action<Input = unknown, Output = unknown> {
  readonly title: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly class: ActionClass;
  /** A strict object; each field's description is its documentation. */
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** Of the provider, the narrowest that suffice; each is explained in the connector's `scopes`. */
  readonly scopes: readonly string[];
  /**
   * Whether it may be sent again when nobody can tell whether it arrived: `safe` has the effect of once, `key` sends the
   * key in `idempotencyHeader`, `never` asks a person.
   */
  readonly repeat: "safe" | "key" | "never";
  /** Fields of the input that say where an outward effect goes: recipients, channels, repositories, addresses. */
  readonly destination: readonly string[];
  /** Shown as documentation and used by tests: input and output pass their schemas. */
  readonly sample: { readonly input: NoInfer<Input>; readonly output: NoInfer<Output> };
  /**
   * Up to 20 calls that read, then at most one that writes, and none after it. `key` is the same whenever this effect is
   * sent again and of no other effect: a text of letters, digits, `.`, `_` and `-`, for what is named by whoever makes it.
   */
  perform(input: Input, key: string): Calls<Output>;
}

/** How a connection proves itself to the provider. */
export type Authentication =
  | {
      readonly kind: "oauth2";
      readonly authorizationUrl: string;
      readonly tokenUrl: string;
      /** As RFC 7009 has it. */
      readonly revocationUrl: string | null;
      /** How a token is revoked where the provider has a form of its own. */
      readonly revocation?: Revocation;
      readonly deviceUrl: string | null;
      /** Added to the authorization request: `access_type=offline` and the like. */
      readonly parameters: Readonly<Record<string, string>>;
      /** Between scopes; a space unless the provider differs. */
      readonly scopeSeparator?: string;
      /** How the client authenticates at the token endpoint. */
      readonly client: "basic" | "post" | "none";
      /** How the token endpoint reads what it is asked: as a form (RFC 6749), unless the provider has JSON instead. */
      readonly asks?: "json";
      /**
       * Revoking one token ends all that the account has given to the client, whichever connection holds it: people are
       * told before. Else it ends that token alone.
       */
      readonly revokesAll?: true;
      readonly pkce: boolean;
      /** Asked for beside the actions' scopes, to know whose account it is. */
      readonly identityScopes: readonly string[];
    }
  /**
   * `header` is where it goes; `Bearer` and the like in front as `prefix`. With `in` it is the name of a query parameter
   * instead, for providers that take a key nowhere else: the gate then follows no redirect and writes the URL nowhere.
   * `chosen`: each connection may name another header, or a parameter of the query.
   */
  | {
      readonly kind: "api_key";
      readonly header: string;
      readonly prefix: string;
      readonly in?: "query";
      readonly chosen?: true;
    }
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  /** By a client's secret, or by a key that it signs assertions with (RFC 7523, 2.2). Null: each connection names its own. */
  | { readonly kind: "client_credentials"; readonly tokenUrl: string | null }
  /** By assertions that the account's key signs (RFC 7523, 2.1), as Google's service accounts do. */
  | { readonly kind: "service_account"; readonly tokenUrl: string | null }
  /** A client's certificate in the TLS handshake (RFC 8446, 4.4.2). */
  | { readonly kind: "certificate" }
  | { readonly kind: "none" };

/**
 * One call that ends a token at the provider. Its answer is judged by `failure`; that the token is unknown or dead (404, or
 * `reauth_required`) is as good as done.
 */
export interface Revocation {
  readonly method: "POST" | "DELETE";
  /** On one of the connector's hosts; `{client_id}` is the OAuth client's. */
  readonly url: string;
  /** With the token itself, or with the OAuth client's id and secret. */
  readonly authenticate: "bearer" | "basic";
  /** The field of the JSON body that has the access token; null where there is no body. */
  readonly tokenField: string | null;
}

/** What went wrong, from an answer beyond 2xx or one that says so in its body. */
export interface ProviderFailure {
  /**
   * `reauth_required`: the grant is dead; `not_available`: the scope or the account does not cover it; `unavailable`: the
   * provider can't just now; `unreadable`: the answer has another form than the provider documents, so that whether a
   * write happened is for the gate to say; `rejected`: anything else, and the same call would fail again.
   */
  readonly kind:
    | "reauth_required"
    | "not_available"
    | "not_found"
    | "rate_limited"
    | "rejected"
    | "unavailable"
    | "unreadable";
  /** The provider's own words, short, without secrets. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The same as a moment, in seconds since 1970, where the provider names that: a connector knows no clock. */
  readonly retryAtSeconds?: number;
}

/** Thrown by a generator that can't go on with the answers it got, in place of an output. */
export class ProviderError extends Error {
  readonly failure: ProviderFailure;

  constructor(failure: ProviderFailure) {
    super(failure.message);
    this.name = "ProviderError";
    this.failure = failure;
  }
}

/** Something that happened at the provider: `key` names it for ever, so that it starts one run. */
export interface TriggerEvent {
  readonly key: string;
  readonly data: Json;
}

export interface PollTrigger<Settings = unknown> {
  readonly kind: "poll";
  readonly title: string;
  readonly summary: string;
  readonly settings: z.ZodType<Settings>;
  readonly scopes: readonly string[];
  readonly everySeconds: { readonly default: number; readonly min: number };
  readonly sample: Json;
  /** From `cursor` (null at first: what is there already starts nothing) to the events since, oldest first, at most 100. */
  poll(
    settings: Settings,
    cursor: Json,
  ): Calls<{ readonly events: readonly TriggerEvent[]; readonly cursor: Json; readonly more: boolean }>;
}

export interface HookTrigger<Settings = unknown> {
  readonly kind: "hook";
  readonly title: string;
  readonly summary: string;
  readonly settings: z.ZodType<Settings>;
  readonly scopes: readonly string[];
  readonly sample: Json;
  /**
   * Registers the address at the provider; what it returns is kept and given to `unregister`. It may be asked for again:
   * it looks for its own address first.
   */
  register(settings: Settings, url: string, secret: string): Calls<Json>;
  /** By what `register` has returned; by the address alone where that is null: nobody knows then whether it was registered. */
  unregister(settings: Settings, kept: Json, url: string): Calls<null>;
  /** How deliveries are signed. */
  readonly signature: "github" | "slack" | "standard" | "none";
  /**
   * Where the provider has no call for it: what a person does to register the address, in order. `register` and
   * `unregister` then ask for nothing, and the secret of the signature is the provider's, kept with the connection.
   */
  readonly byHand?: readonly string[];
  /** What a delivery must be answered with at once, before it is read, by which the provider tries an address; null for all others. */
  challenge?(body: Json): string | null;
  /** The event of a delivery; null for pings and what the settings leave out. */
  read(settings: Settings, headers: Readonly<Record<string, string>>, body: Json): TriggerEvent | null;
}

/** Models that a provider offers; the gate calls them by `model.generate` and `model.embed` (model-actions.ts). */
export interface ModelOffer {
  /** What its endpoint below `base` speaks. */
  readonly api: "openai" | "anthropic" | "openrouter" | "openai_compatible";
  readonly embeds: boolean;
}

export interface Connector {
  /** As in `gmail.send`: a letter, then up to 30 of a-z, 0-9 and _. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly category: "mail" | "calendar" | "documents" | "code" | "chat" | "telephone" | "data" | "models" | "web";
  /** Words by which the catalogue finds it beside the title. */
  readonly keywords: readonly string[];
  /** Joined with a call's path. */
  readonly base: string;
  /** Hosts its calls may reach, `base`'s among them. */
  readonly hosts: readonly string[];
  /** Each connection brings the address of a service of its own, which stands for `base`, its host for `hosts`. */
  readonly ownAddress?: true;
  /** The operator says where the provider is (STEWARD_CONNECTORS): no connector says it of itself. */
  readonly placed?: true;
  /**
   * Another protocol than HTTP: the gate performs each action by itself, by a performer of its name, and none is asked for
   * calls (`performedByGate`). Connections bring an address of its scheme.
   */
  readonly protocol?: "postgres" | "smtp" | "imap";
  readonly models?: ModelOffer;
  readonly authentication: readonly Authentication[];
  /** Each scope in plain words, as the consent screen shows it: "Send mail in your name". */
  readonly scopes: Readonly<Record<string, string>>;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The header that carries the idempotency key of actions with `repeat: "key"`. */
  readonly idempotencyHeader?: string;
  readonly actions: Readonly<Record<string, Action>>;
  readonly triggers: Readonly<Record<string, PollTrigger | HookTrigger>>;
  /** Whose account it is, for people to read: an address, a workspace's name. */
  whoami(): Calls<{
    readonly account: string;
    readonly label: string;
    /** What was tried, where that proves less than whose account it is. */
    readonly note?: string;
  }>;
  /** What an answer means that is no success; null where it is one. Asked of every answer but with a status the call `accepts`. */
  failure(answer: ConnectorAnswer): ProviderFailure | null;
  /** Steps at the provider to make one's own OAuth client or key, in order. */
  readonly setUp: readonly string[];
  /** What it was tried against, for the documentation. */
  readonly triedAgainst: string;
}

/** A connector, typed; each action keeps its own types inside. */
export function defineConnector(connector: Connector): Connector {
  return connector;
}

/** An action with the types of its schemas, to be listed in a connector: the gate parses the input before `perform`. */
export function defineAction<Input, Output>(action: Action<Input, Output>): Action {
  return action;
}

/** Stands for the calls of an action of another protocol than HTTP, which has none. */
// oxlint-disable-next-line require-yield -- it asks for nothing
export function* performedByGate(): Calls<never> {
  throw new ProviderError({ kind: "rejected", message: "this action is none of calls: the gate performs it" });
}

/**
 * A path with each part encoded whole, so that none can begin another: path`/repos/${owner}/${repo}`. Throws a
 * ProviderError for a part that is empty, `.` or `..`: it would be another path, and no encoding helps, since `%2e` is a
 * dot to whoever reads URLs (WHATWG URL, "double-dot URL path segment").
 */
export function path(texts: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return String.raw({ raw: texts }, ...parts.map((part) => encodePart(String(part))));
}

function encodePart(part: string): string {
  if (/^\.{0,2}$/.test(part))
    throw new ProviderError({ kind: "rejected", message: `"${part}" can't be a part of an address` });
  return encodeURIComponent(part.toWellFormed());
}
