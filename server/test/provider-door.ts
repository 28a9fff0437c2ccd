/**
 * A door before an emulated provider: it writes down what comes, holds each token to the scopes that it was given with,
 * keeps calls waiting when told to, and revokes as the provider's documentation says where the emulator can't.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  /** Of `Authorization: Bearer`. */
  readonly token: string | null;
}

export interface DoorOptions {
  /** Where the emulator is. */
  readonly to: string;
  /** Where tokens are given. */
  readonly tokenPath: string;
  /** What a token must have been given for the call; null where nothing is asked. */
  readonly scopeOf: (call: Call) => string | null;
  /** Ends a token in the provider's own way: which one, and what is answered; null for every other call. */
  readonly revoke?: (call: Call) => { readonly token: string; readonly status: number; readonly body: string } | null;
}

export interface Door {
  readonly url: string;
  /** Whatever came, in order, also what was refused and what still waits. */
  readonly calls: readonly Call[];
  /** From now on calls for which it says so are read, and not answered until they are released. */
  hold(which: (call: Call) => boolean): void;
  release(): void;
  /** How many of those that wait have been given up by their caller. */
  givenUp(): number;
  close(): Promise<void>;
}

const KEPT_BY_FETCH = new Set(["content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"]);
const NOT_PASSED_ON = new Set(["host", "connection", "content-length", "transfer-encoding", "accept-encoding"]);

export async function openDoor(options: DoorOptions): Promise<Door> {
  const keeper = createKeeper(options);
  const calls: Call[] = [];
  let held: (call: Call) => boolean = () => false;
  let waiting: (() => void)[] = [];
  let givenUp = 0;

  const answer = async (call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const own = keeper.judge(call);
    if (own === null) return await passOn(options.to, call, request, response, keeper.learn);
    response.writeHead(own.status, { "content-type": "application/json" }).end(own.body);
  };
  const wait = (response: ServerResponse, go: () => void): void => {
    waiting.push(go);
    response.once("close", () => {
      if (!waiting.includes(go)) return;
      waiting = waiting.filter((other) => other !== go);
      givenUp += 1;
    });
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await readCall(request);
    calls.push(call);
    if (!held(call)) return await answer(call, request, response);
    await new Promise<void>((go) => wait(response, go));
    await answer(call, request, response);
  };
  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    hold: (which) => {
      held = which;
    },
    release: () => {
      held = () => false;
      for (const go of waiting.splice(0)) go();
    },
    givenUp: () => givenUp,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readCall(request: IncomingMessage): Promise<Call> {
  let body = "";
  for await (const piece of request) body += String(piece);
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
  return { method: request.method ?? "GET", path: request.url ?? "/", body, token };
}

interface Own {
  readonly status: number;
  readonly body: string;
}

/** Knows each token that was given through the door: with which scopes, and whether it was ended. */
function createKeeper({ tokenPath, scopeOf, revoke }: DoorOptions) {
  const scopes = new Map<string, readonly string[]>();
  const dead = new Set<string>();
  const refused = (status: number, message: string): Own => ({ status, body: JSON.stringify({ message }) });
  return {
    /** What is answered here; null for what the emulator answers. */
    judge: (call: Call): Own | null => {
      const { token } = call;
      if (token !== null && dead.has(token)) return refused(401, "Bad credentials");
      const ended = revoke?.(call) ?? null;
      if (ended !== null) dead.add(ended.token);
      if (ended !== null) return ended;
      const needed = scopeOf(call);
      const lacks = needed !== null && token !== null && scopes.get(token)?.includes(needed) !== true;
      return lacks ? refused(403, `insufficient scope: ${needed}`) : null;
    },
    learn: (call: Call, answered: string): void => {
      if (call.path.split("?")[0] !== tokenPath) return;
      const { access_token: token, scope } = JSON.parse(answered) as { access_token?: string; scope?: string };
      if (token !== undefined) scopes.set(token, (scope ?? "").split(/[ ,]+/));
    },
  };
}

async function passOn(
  to: string,
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  learn: (call: Call, answered: string) => void,
): Promise<void> {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values = []]): [string, string][] =>
    NOT_PASSED_ON.has(name) ? [] : values.map((value) => [name, value]),
  );
  const { method, body } = call;
  const asked = { method, headers, redirect: "manual", ...(body === "" ? {} : { body }) } as const;
  const answered = await fetch(to + call.path, asked);
  const bytes = Buffer.from(await answered.arrayBuffer());
  if (answered.ok) learn(call, bytes.toString());
  for (const [name, value] of answered.headers) if (!KEPT_BY_FETCH.has(name)) response.setHeader(name, value);
  const cookies = answered.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  response.writeHead(answered.status).end(bytes);
}
