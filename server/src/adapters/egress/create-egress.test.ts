import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { Egress, EgressAnswer, EgressRequest } from "../../core/ports/egress.ts";
import { connectTcp } from "./connect.ts";
import { createEgress, type EgressOptions } from "./create-egress.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Server {
  readonly port: number;
  readonly url: string;
  /** Every complete head that arrived, bodies of known length included. */
  readonly requests: string[];
  readonly sockets: net.Socket[];
}

/** A server that speaks raw bytes: `reply` gets each request's text and the socket it came on. */
async function serve(reply: (socket: net.Socket, request: string, server: Server) => void): Promise<Server> {
  const requests: string[] = [];
  const sockets: net.Socket[] = [];
  const tcp = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    let read = "";
    socket.on("data", (chunk) => {
      read += chunk.toString("latin1");
      for (let end = requestEnd(read); end !== -1; end = requestEnd(read)) {
        const request = read.slice(0, end);
        read = read.slice(end);
        requests.push(request);
        reply(socket, request, server);
      }
    });
  });
  await new Promise<void>((resolve) => void tcp.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    tcp.close();
  });
  const address = tcp.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const server = { port: address.port, url: `http://127.0.0.1:${address.port}/`, requests, sockets };
  return server;
}

function requestEnd(read: string): number {
  const head = read.indexOf("\r\n\r\n");
  if (head === -1) return -1;
  const length = Number(/content-length: (\d+)/.exec(read.slice(0, head))?.[1] ?? 0);
  return read.length >= head + 4 + length ? head + 4 + length : -1;
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
let clockMs = 0;

function open(more: Partial<EgressOptions> = {}): Egress {
  const egress = createEgress({ allow: parseAllowList("127.0.0.0/8"), nowMs: () => clockMs, ...more });
  closing.push(() => egress.close());
  return egress;
}

function ask(url: string, change: Partial<EgressRequest> = {}): EgressRequest {
  return {
    method: "GET",
    url,
    headers: [],
    body: null,
    timeoutMs: 5_000,
    responseBytesMax: 100_000,
    redirectsMax: 0,
    hosts: null,
    secretHeaders: [],
    signal: new AbortController().signal,
    ...change,
  };
}

function brief(answer: EgressAnswer): string {
  return "code" in answer ? `${answer.kind} ${answer.code}` : `${answer.kind} ${answer.status}`;
}

/** Settles when the socket is closed, whether well or by a reset. */
function closed(socket: net.Socket | undefined): Promise<void> {
  return new Promise(
    (resolve) => void (socket === undefined || socket.destroyed ? resolve() : socket.once("close", () => resolve())),
  );
}

/** Settles when `count` requests have arrived. */
async function arrived(server: Server, count: number): Promise<void> {
  while (server.requests.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test("a request arrives as it was given, with the sender's framing and defaults, and the answer as it was sent", async () => {
  const server = await serve((socket) =>
    socket.write("HTTP/1.1 201 Made\r\nX-A: 1\r\nx-a: \xe9\r\nContent-Length: 3\r\n\r\n\0\xff\x01", "latin1"),
  );
  const answer = await open().request(
    ask(`${server.url}a%20b?c=d#e`, {
      method: "POST",
      headers: [
        ["X-One", "1"],
        ["x-one", "2"],
        ["Accept", "a/b"],
      ],
      body: new Uint8Array([0, 255, 13]).subarray(0, 2),
    }),
  );
  expect(server.requests).toEqual([
    `POST /a%20b?c=d HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\nX-One: 1\r\nx-one: 2\r\nAccept: a/b\r\n` +
      "user-agent: Steward\r\naccept-encoding: identity\r\ncontent-length: 2\r\n\r\n\0\xff",
  ]);
  expect(answer).toEqual({
    kind: "answer",
    status: 201,
    headers: [
      ["x-a", "1"],
      ["x-a", "\xe9"],
      ["content-length", "3"],
    ],
    body: new Uint8Array([0, 255, 1]),
    url: `${server.url}a%20b?c=d`,
  });
});

test("a text body is sent as UTF-8, and the host of a name is the name", async () => {
  const server = await serve((socket) => socket.write(OK));
  const egress = open({ resolve: async () => ["127.0.0.1"] });
  await egress.request(ask(`http://Sink.TEST.:${server.port}/`, { method: "PUT", body: "é" }));
  expect(server.requests[0]).toContain(`host: sink.test:${server.port}\r\n`);
  expect(server.requests[0]).toMatch(/content-length: 2\r\n\r\n\u00c3\u00a9$/);
});

test("a compressed body is handed over as it came, so that it can't unfold here", async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const server = await serve((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  });
  const answer = await open().request(ask(server.url, { headers: [["accept-encoding", "gzip"]] }));
  expect(answer.kind === "answer" && Buffer.from(answer.body).equals(bomb)).toBe(true);
  expect(server.requests[0]).toContain("accept-encoding: gzip\r\n");
});

test.each([
  ["HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n", ""],
  ["GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 999999999\r\n\r\n", ""],
  ["GET", "HTTP/1.1 204 No Content\r\n\r\n", ""],
  [
    "GET",
    "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
    "abc",
  ],
])("%s answered by %j is an answer", async (method, reply, body) => {
  const server = await serve((socket) => socket.write(reply));
  const answer = await open().request(ask(server.url, { method, responseBytesMax: 3 }));
  expect(answer.kind === "answer" && Buffer.from(answer.body).toString()).toBe(body);
});

test("a body that ends with the connection is an answer when it ended well, and truncated when it broke (R5)", async () => {
  const server = await serve((socket, request) => {
    socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall of it");
    if (request.startsWith("GET /well")) socket.end();
    else setImmediate(() => socket.resetAndDestroy());
  });
  const egress = open();
  expect(await egress.request(ask(`${server.url}well`))).toMatchObject({
    kind: "answer",
    body: new Uint8Array(Buffer.from("all of it")),
  });
  expect(brief(await egress.request(ask(`${server.url}broken`)))).toMatch(/^unknown (?:truncated|reset)$/);
});

test.each([
  ["nothing, then a close", "", "unknown reset"],
  ["half a head", "HTTP/1.1 200 OK\r\ncontent-le", "unknown reset"],
  ["half a body", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "unknown truncated"],
  ["half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf", "unknown truncated"],
  ["no last chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n", "unknown truncated"],
  [
    "no last chunk, with notice",
    "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n",
    "unknown truncated",
  ],
  [
    "half a body, with notice",
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf",
    "unknown truncated",
  ],
  ["a broken chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "unknown protocol"],
  ["a switch of protocols", "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "unknown protocol"],
  ["another protocol", "220 smtp.example ESMTP\r\n", "unknown protocol"],
  ["an endless header", `HTTP/1.1 200 OK\r\na: ${"b".repeat(70_000)}`, "unknown protocol"],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "unknown protocol"],
])("a request answered by %s is unknown, and sent once (R5)", async (_what, reply, result) => {
  const server = await serve((socket) => socket.end(reply, "latin1"));
  for (const method of ["GET", "POST"]) expect(brief(await open().request(ask(server.url, { method })))).toBe(result);
  expect(server.requests).toHaveLength(2);
});

test("a connection that is reset after the request is unknown, and the request is not repeated (R5)", async () => {
  const server = await serve((socket) => socket.resetAndDestroy());
  const egress = open();
  for (const method of ["GET", "PUT", "POST"])
    expect(brief(await egress.request(ask(server.url, { method, body: "x" })))).toBe("unknown reset");
  expect(server.requests).toHaveLength(3);
});

test("a connection that dies under its second request leaves that request unknown and sent once (R5)", async () => {
  const server = await serve((socket, _request, { requests }) =>
    requests.length === 1 ? socket.write(OK) : socket.destroy(),
  );
  const egress = open();
  expect(brief(await egress.request(ask(server.url)))).toBe("answer 200");
  expect(brief(await egress.request(ask(server.url)))).toBe("unknown reset");
  expect(server.requests).toHaveLength(2);
  expect(server.sockets).toHaveLength(1);
});

test("a connection that was closed while idle costs nothing: another one is opened", async () => {
  const opened: net.Socket[] = [];
  const server = await serve((socket) => socket.write(OK));
  const egress = open({
    connect: (address, port) => {
      const socket = connectTcp(address, port);
      opened.push(socket);
      return socket;
    },
  });
  await egress.request(ask(server.url, { method: "POST" }));
  opened[0]?.destroy(); // and the next request is made before the pool hears of it
  expect(brief(await egress.request(ask(server.url, { method: "POST" })))).toBe("answer 200");
  const [, second] = server.sockets;
  second?.end();
  await closed(opened[1]);
  expect(brief(await egress.request(ask(server.url, { method: "POST" })))).toBe("answer 200");
  expect([server.requests.length, opened.length]).toEqual([3, 3]);
});

test("a port where nobody listens was not sent to", async () => {
  const server = await serve(() => undefined);
  const free = server.port;
  await Promise.all(closing.splice(0).map((close) => close()));
  expect(brief(await open().request(ask(`http://127.0.0.1:${free}/`, { method: "POST" })))).toBe("unsent connect");
});

test("another address is tried only while nothing was sent", async () => {
  const server = await serve((socket) => socket.destroy());
  const egress = open({ resolve: async () => ["127.0.0.99", "127.0.0.1", "127.0.0.98"] });
  expect(brief(await egress.request(ask(`http://sink.test:${server.port}/`)))).toBe("unknown reset");
  expect(server.requests).toHaveLength(1);
});

test("a timeout says how far the request got", async () => {
  const hung = await serve(() => undefined);
  const slow = await serve((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"));
  const soon = { timeoutMs: 30 };
  expect(brief(await open().request(ask(hung.url, soon)))).toBe("unknown timeout");
  expect(brief(await open().request(ask(slow.url, soon)))).toBe("unknown timeout");
  expect(brief(await open({ connect: () => new net.Socket() }).request(ask(hung.url, soon)))).toBe(
    "unsent connect_timeout",
  );
  expect(
    brief(await open({ resolve: () => new Promise(() => undefined) }).request(ask("http://sink.test/", soon))),
  ).toBe("unsent dns");
});

test("what is cancelled before the first byte is refused, and later it is unknown", async () => {
  const hung = await serve(() => undefined);
  const early = new AbortController();
  early.abort();
  expect(brief(await open().request(ask(hung.url, { signal: early.signal })))).toBe("refused cancelled");

  const resolving = new AbortController();
  const unresolved = open({ resolve: () => new Promise(() => undefined) }).request(
    ask("http://sink.test/", { signal: resolving.signal }),
  );
  resolving.abort();
  expect(brief(await unresolved)).toBe("refused cancelled");

  const connecting = new AbortController();
  const unconnected = open({ connect: () => new net.Socket() }).request(ask(hung.url, { signal: connecting.signal }));
  connecting.abort();
  expect(brief(await unconnected)).toBe("refused cancelled");
  expect(hung.requests).toEqual([]);

  const late = new AbortController();
  const sent = open().request(ask(hung.url, { signal: late.signal }));
  await arrived(hung, 1);
  late.abort();
  expect(brief(await sent)).toBe("unknown aborted");
  expect(hung.requests).toHaveLength(1);
});

test("the last check before the first byte is asked for every request and hop, and its no sends nothing (R2, R6)", async () => {
  const server = await serve((socket, request) => {
    socket.write(
      request.startsWith("GET /go ") ? "HTTP/1.1 302 Found\r\nlocation: /gone\r\ncontent-length: 0\r\n\r\n" : OK,
    );
  });
  const egress = open();
  const no = { beforeFirstByte: () => false };
  expect(brief(await egress.request(ask(server.url, no)))).toBe("refused cancelled");
  expect(brief(await egress.request(ask(server.url)))).toBe("answer 200");
  expect(brief(await egress.request(ask(server.url, no)))).toBe("refused cancelled"); // on the connection that is open
  let left = 1;
  const onlyFirst = { beforeFirstByte: () => left-- > 0, redirectsMax: 3 };
  expect(brief(await egress.request(ask(`${server.url}go`, onlyFirst)))).toBe("refused cancelled");
  expect(server.requests.map((request) => request.split(" ")[1])).toEqual(["/", "/go"]);
});

test("abortAll ends everything in flight at once and closes idle connections; later requests are served", async () => {
  const server = await serve((socket, request) => void (request.startsWith("GET /hang") || socket.write(OK)));
  const egress = open();
  await egress.request(ask(server.url));
  const hanging = [1, 2, 3].map(() => egress.request(ask(`${server.url}hang`)));
  await arrived(server, 4);
  expect(egress.inFlight()).toBe(3);
  const closes = server.sockets.map((socket) => closed(socket));
  egress.abortAll("the worker lost touch");
  const answers = await Promise.all(hanging);
  expect(answers.map(brief)).toEqual(Array.from({ length: 3 }, () => "unknown aborted"));
  expect(answers[0]).toMatchObject({ message: expect.stringContaining("the worker lost touch") });
  await Promise.all(closes);
  expect(egress.inFlight()).toBe(0);
  expect(brief(await egress.request(ask(server.url)))).toBe("answer 200");
});

test("after close every request is refused", async () => {
  const server = await serve(() => undefined);
  const egress = open();
  const hanging = egress.request(ask(server.url));
  await arrived(server, 1);
  await egress.close();
  expect(brief(await hanging)).toBe("unknown aborted");
  expect(brief(await egress.request(ask(server.url)))).toBe("refused cancelled");
});

test.each([
  ["announced", "HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n", 101],
  ["chunked", `HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(101)}`, 101],
  ["ended by the connection", `HTTP/1.1 200 OK\r\n\r\n${"a".repeat(150)}`, 150],
])("a body over its limit is known to be too large (%s)", async (_how, reply, bytes) => {
  const server = await serve((socket) => socket.write(reply));
  const egress = open();
  const answer = await egress.request(ask(server.url, { responseBytesMax: 100 }));
  expect(answer).toMatchObject({ kind: "too_large", status: reply.startsWith("HTTP/1.1 5") ? 500 : 200, bytes });
  await closed(server.sockets[0]);
});

test("a body of exactly its limit is read, also when it comes in single bytes", async () => {
  const server = await serve((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"1\r\na\r\n".repeat(5_000)}0\r\n\r\n`),
  );
  const answer = await open().request(ask(server.url, { responseBytesMax: 5_000 }));
  expect(answer.kind === "answer" && Buffer.from(answer.body).toString()).toBe("a".repeat(5_000));
});

function redirectTo(location: string, status = 302): string {
  return `HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

test("a redirect to another origin is followed without the credentials", async () => {
  const other = await serve((socket) => socket.write(OK));
  const server = await serve((socket, request) => {
    socket.write(request.startsWith("GET /a ") ? redirectTo("/b") : redirectTo(`${other.url}c`));
  });
  const headers = [
    ["authorization", "Bearer s3cret"],
    ["x-key", "s3cret"],
    ["x-plain", "p"],
  ] as const;
  const answer = await open().request(ask(`${server.url}a`, { headers, secretHeaders: ["x-key"], redirectsMax: 2 }));
  expect(answer).toMatchObject({ kind: "answer", status: 200, url: `${other.url}c` });
  expect(server.requests.map((request) => request.includes("s3cret"))).toEqual([true, true]);
  expect(other.requests[0]).toContain("x-plain: p");
  expect(other.requests[0]).not.toContain("s3cret");
});

test("a redirect outside the allowed hosts is refused, and nothing is sent there", async () => {
  const other = await serve((socket) => socket.write(OK));
  const server = await serve((socket) => socket.write(redirectTo(`http://127.0.0.2:${other.port}/`)));
  expect(brief(await open().request(ask(server.url, { redirectsMax: 2, hosts: ["127.0.0.1"] })))).toBe(
    "refused host_not_allowed",
  );
  expect(other.requests).toEqual([]);
});

test("redirects end at their limit, are answered as they are at 0, and are never followed by a POST", async () => {
  const server = await serve((socket) => socket.write(redirectTo("/again", 307)));
  const egress = open();
  expect(brief(await egress.request(ask(server.url, { redirectsMax: 3 })))).toBe("refused too_many_redirects");
  expect(server.requests).toHaveLength(4);
  expect(brief(await egress.request(ask(server.url)))).toBe("answer 307");
  expect(brief(await egress.request(ask(server.url, { method: "POST", redirectsMax: 3 })))).toBe("answer 307");
});

test("connections are kept, and shared only within a partition", async () => {
  const server = await serve((socket) => socket.write(OK));
  const egress = open();
  for (const partition of ["a", "b", "a", "b", "a"]) await egress.request(ask(server.url, { partition }));
  expect(server.sockets).toHaveLength(2);
});

test("what may not be repeated gets a connection used within a second", async () => {
  const server = await serve((socket) => socket.write(OK));
  const egress = open();
  await egress.request(ask(server.url, { method: "POST" }));
  clockMs += 900;
  await egress.request(ask(server.url, { method: "POST" }));
  clockMs += 1_100;
  await egress.request(ask(server.url));
  expect(server.sockets).toHaveLength(1);
  clockMs += 1_100;
  await egress.request(ask(server.url, { method: "POST" }));
  expect(server.sockets).toHaveLength(2);
});

test("no more idle connections are kept than allowed; the longest idle closes", async () => {
  const server = await serve((socket) => socket.write(OK));
  const egress = open({ idleMax: 2 });
  for (const partition of ["a", "b", "c"]) {
    await egress.request(ask(server.url, { partition }));
    clockMs += 1;
  }
  await closed(server.sockets[0]);
  expect(server.sockets.map((socket) => socket.destroyed)).toEqual([true, false, false]);
});

test("beyond the limit requests wait in order, and beyond the queue they are refused", async () => {
  const waiting: net.Socket[] = [];
  const server = await serve((socket) => void waiting.push(socket));
  const egress = open({ requestsMax: 1, waitingMax: 2 });
  const cancelled = new AbortController();
  const first = egress.request(ask(`${server.url}1`));
  const second = egress.request(ask(`${server.url}2`, { signal: cancelled.signal }));
  const third = egress.request(ask(`${server.url}3`));
  expect(brief(await egress.request(ask(`${server.url}4`)))).toBe("refused overloaded");
  cancelled.abort();
  expect(brief(await second)).toBe("refused cancelled");
  expect(brief(await egress.request(ask(`${server.url}5`, { timeoutMs: 20 })))).toBe("unsent connect_timeout");
  await arrived(server, 1);
  waiting[0]?.write(OK);
  expect(brief(await first)).toBe("answer 200");
  await arrived(server, 2);
  waiting[1]?.write(OK);
  expect(brief(await third)).toBe("answer 200");
  expect(server.requests.map((request) => request.split(" ")[1])).toEqual(["/1", "/3"]);
});

test("two hundred requests at once over a failing server each settle once, and each is sent at most once", async () => {
  let turn = 0;
  const server = await serve((socket) => {
    turn += 1;
    if (turn % 7 === 0) socket.destroy();
    else if (turn % 5 === 0) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
    else socket.write(OK);
  });
  const egress = open({ requestsMax: 20 });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      egress.request(ask(`${server.url}${index}`, { method: "POST", body: "x" })),
    ),
  );
  const paths = server.requests.map((request) => request.split(" ")[1]);
  expect(new Set(paths).size).toBe(paths.length);
  expect(new Set(answers.map((answer) => answer.kind))).toEqual(new Set(["answer", "unknown"]));
  expect(egress.inFlight()).toBe(0);
});
