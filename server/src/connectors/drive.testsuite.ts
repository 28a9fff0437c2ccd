/** Runs connectors' generators in tests as the gate does: the rules of the contract held, each call answered. */
import { type Calls, type Connector, type ConnectorAnswer, type ConnectorCall, ProviderError } from "@steward/sdk";

const READS_MAX = 20;

/** Whoever answers a call. */
export type Provider = (call: ConnectorCall, url: URL) => ConnectorAnswer | Promise<ConnectorAnswer>;

export interface Driven<Output> {
  readonly output: Output;
  readonly calls: readonly ConnectorCall[];
}

/** The address that a call goes to. Throws where the connector may not reach it. */
export function addressOf(connector: Connector, call: ConnectorCall, user = "user"): URL {
  if (/[\p{Cc}\s\\]/u.test(call.url)) throw new Error(`${call.url} holds what no address does`);
  if (!call.url.startsWith("/") && !call.url.startsWith("https://"))
    throw new Error(`${call.url} is neither path nor URL`);
  const target = call.url.replaceAll("{user}", encodeURIComponent(user));
  const url = new URL(target.startsWith("/") ? connector.base + target : target);
  if (!connector.hosts.includes(url.host)) throw new Error(`${connector.id} may not reach ${url.host}`);
  if (target.startsWith("/") && url.href !== connector.base + target)
    throw new Error(`${target} is read as another path`);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === null || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(each));
  }
  return url;
}

export function isRead(call: ConnectorCall): boolean {
  return call.method === "GET" || call.method === "HEAD" || call.reads === true;
}

/** Drives to the end. Throws a ProviderError where the provider or the connector says that it failed. */
export async function drive<Output>(
  connector: Connector,
  calls: Calls<Output>,
  provider: Provider,
  user?: string,
): Promise<Driven<Output>> {
  const made: ConnectorCall[] = [];
  let turn = calls.next();
  while (turn.done !== true) {
    const call = turn.value;
    if (made.some((each) => !isRead(each))) throw new Error(`${call.method} ${call.url} comes after a write`);
    made.push(call);
    if (made.filter(isRead).length > READS_MAX) throw new Error("more than 20 reads");
    const given = await provider(call, addressOf(connector, call, user));
    if (call.accepts?.includes(given.status) !== true) {
      const failure = connector.failure(given);
      if (failure !== null) throw new ProviderError(failure);
    }
    turn = calls.next(given);
  }
  return { output: turn.value, calls: made };
}

/** Answers in turn; throws when there are no more. */
export function inTurn(answers: readonly ConnectorAnswer[]): Provider {
  let next = 0;
  return (call) => {
    const given = answers[next];
    next += 1;
    if (given === undefined) throw new Error(`nobody answers ${call.method} ${call.url}`);
    return structuredClone(given);
  };
}

/** A complete answer: a status, and a body as the provider's documentation has it. */
export function answer(
  body: ConnectorAnswer["body"],
  status = 200,
  headers: Record<string, string> = {},
): ConnectorAnswer {
  return { status, headers, body };
}

/** Asks a server that stands in for the provider: the same path, at `origin`. */
export function asking(connector: Connector, origin: string, authorization: string): Provider {
  return async (call, url) => {
    const response = await fetch(origin + url.pathname + url.search, {
      method: call.method,
      redirect: "manual",
      headers: { ...connector.headers, ...bodyType(call), ...call.headers, authorization },
      ...(call.body === undefined ? {} : { body: encodeBody(call) }),
    });
    const headers: Record<string, string> = Object.fromEntries(response.headers);
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString("utf8");
    if (!Buffer.from(text).equals(bytes))
      return { status: response.status, headers, body: bytes.toString("base64"), encoding: "base64" };
    const isJson = (headers["content-type"] ?? "").includes("json") && text !== "";
    return { status: response.status, headers, body: isJson ? JSON.parse(text) : text };
  };
}

function bodyType({ body, as }: ConnectorCall): Record<string, string> {
  if (body === undefined || as === "text" || as === "base64") return {};
  return { "content-type": as === "form" ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8" };
}

function encodeBody({ body, as }: ConnectorCall): string | Uint8Array<ArrayBuffer> {
  if (typeof body === "string" && as === "text") return body;
  if (typeof body === "string" && as === "base64") return new Uint8Array(Buffer.from(body, "base64"));
  if (as !== "form") return JSON.stringify(body);
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    for (const each of Array.isArray(value) ? value : [value]) fields.append(name, String(each));
  }
  return fields.toString();
}
