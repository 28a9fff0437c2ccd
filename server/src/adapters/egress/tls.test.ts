import net from "node:net";
import tls from "node:tls";
import { afterEach, expect, test } from "vitest";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { EgressAnswer, EgressRequest } from "../../core/ports/egress.ts";
import { selfSigned } from "../../../test/self-signed.ts";
import { createEgress } from "./create-egress.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const ours = selfSigned("sink.test");

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const seen: { name: string | false | null; protocol: string | null }[] = [];

/** A TLS server that answers each request with `reply` and then, if asked, ends. */
function serve(
  options: tls.TlsOptions = {},
  reply = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
  end = false,
): Promise<number> {
  seen.length = 0;
  const server = tls.createServer({ ...ours, ...options }, (socket) => {
    seen.push({ name: socket.servername, protocol: socket.getProtocol() });
    socket.on("error", () => undefined);
    socket.on("data", () => {
      socket.write(reply);
      if (end) socket.end();
    });
  });
  return listen(server.on("tlsClientError", () => undefined));
}

interface Asked {
  readonly ca?: string | null;
  readonly change?: Partial<EgressRequest>;
}

async function ask(url: string, { ca = ours.cert, change = {} }: Asked = {}): Promise<EgressAnswer> {
  const trust = ca === null ? {} : { ca };
  const egress = createEgress({
    allow: parseAllowList("127.0.0.1"),
    nowMs: () => 0,
    resolve: async () => ["127.0.0.1"],
    ...trust,
  });
  closing.push(() => egress.close());
  return egress.request({
    method: "POST",
    url,
    headers: [],
    body: "x",
    timeoutMs: 5_000,
    responseBytesMax: 1_000,
    redirectsMax: 0,
    hosts: null,
    secretHeaders: [],
    signal: new AbortController().signal,
    ...change,
  });
}

test("the server's name stays the name although the connection goes to the checked address", async () => {
  const port = await serve();
  expect(await ask(`https://sink.test:${port}/`)).toMatchObject({ kind: "answer", status: 200 });
  expect(seen).toEqual([{ name: "sink.test", protocol: "TLSv1.3" }]);
});

test("an address is checked against the certificate's addresses, without a server name", async () => {
  const port = await serve();
  expect(await ask(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: "answer" });
  expect(seen).toEqual([{ name: false, protocol: "TLSv1.3" }]);
});

test("TLS 1.2 is enough, and older is refused (B6)", async () => {
  expect(await ask(`https://sink.test:${await serve({ maxVersion: "TLSv1.2" })}/`)).toMatchObject({ kind: "answer" });
  const old = await serve({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
  expect(await ask(`https://sink.test:${old}/`)).toMatchObject({ kind: "unsent", code: "tls" });
});

test("a certificate for another name, or one that nobody vouches for, is refused before the request", async () => {
  const port = await serve();
  expect(await ask(`https://other.test:${port}/`)).toMatchObject({ kind: "unsent", code: "tls" });
  expect(await ask(`https://sink.test:${port}/`, { ca: null })).toMatchObject({ kind: "unsent", code: "tls" });
  expect(await ask(`https://sink.test:${port}/`, { ca: selfSigned("sink.test").cert })).toMatchObject({
    kind: "unsent",
    code: "tls",
  });
});

test("the environment can't turn the verification off (B6)", async () => {
  const port = await serve();
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    expect(await ask(`https://sink.test:${port}/`, { ca: null })).toMatchObject({ kind: "unsent", code: "tls" });
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
});

test("a server that doesn't speak TLS was not sent to, and one that never finishes the handshake times out unsent", async () => {
  const plain = await listen(
    net.createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad\r\n\r\n"))),
  );
  expect(await ask(`https://sink.test:${plain}/`)).toMatchObject({ kind: "unsent", code: "tls" });
  const mute = await listen(net.createServer(() => undefined));
  expect(await ask(`https://sink.test:${mute}/`, { change: { timeoutMs: 40 } })).toMatchObject({
    kind: "unsent",
    code: "connect_timeout",
  });
});

test("a body that ends with the connection is read whole over TLS, and one that breaks off is truncated", async () => {
  const port = await serve({}, `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${"a".repeat(900)}`, true);
  const answer = await ask(`https://sink.test:${port}/`);
  expect(answer.kind === "answer" && answer.body.length).toBe(900);
  const broken = await serve({}, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", true);
  expect(await ask(`https://sink.test:${broken}/`)).toMatchObject({ kind: "unknown", code: "truncated" });
});

test("an abort resets the connection beneath TLS too", async () => {
  const controller = new AbortController();
  const server = tls.createServer(ours, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => controller.abort());
  });
  const behind = await listen(server.on("tlsClientError", () => undefined));
  // What TLS makes of a reset differs between versions of Node; a relay of plain bytes sees it as it is.
  const relayed = Promise.withResolvers<string>();
  const port = await listen(
    net.createServer((front) => {
      const back = net.connect(behind, "127.0.0.1").on("error", () => undefined);
      front.pipe(back).pipe(front);
      front.on("error", (error: NodeJS.ErrnoException) => relayed.resolve(error.code ?? "error"));
      front.on("close", () => {
        relayed.resolve("closed");
        back.destroy();
      });
    }),
  );
  const answer = await ask(`https://sink.test:${port}/`, { change: { signal: controller.signal } });
  expect(answer).toMatchObject({ kind: "unknown", code: "aborted" });
  expect(await relayed.promise).toBe("ECONNRESET");
});

test("a client's certificate is shown where it was given for, and connections are not shared between certificates", async () => {
  const [one, two] = [selfSigned("one.test"), selfSigned("two.test")];
  const peers: (string | undefined)[] = [];
  const server = tls.createServer({ ...ours, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => {
      peers.push(socket.getPeerCertificate()?.subject?.CN?.toString());
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
  });
  const port = await listen(server.on("tlsClientError", () => undefined));
  const egress = createEgress({
    allow: parseAllowList("127.0.0.1"),
    nowMs: () => 0,
    resolve: async () => ["127.0.0.1"],
    ca: ours.cert,
  });
  closing.push(() => egress.close());
  const send = (change: Partial<EgressRequest>, url = `https://sink.test:${port}/`): Promise<EgressAnswer> =>
    egress.request({
      method: "GET",
      url,
      headers: [],
      body: null,
      timeoutMs: 5_000,
      responseBytesMax: 1_000,
      redirectsMax: 0,
      hosts: ["sink.test"],
      secretHeaders: [],
      signal: new AbortController().signal,
      ...change,
    });
  const of = ({ cert, key }: typeof one, id: string) => ({
    certificate: { certificate: cert, key, passphrase: null, authority: ours.cert, id },
  });
  for (const change of [of(one, "1"), {}, of(two, "2"), of(one, "1"), {}])
    expect(await send(change)).toMatchObject({ kind: "answer", status: 200 });
  expect(peers).toEqual(["one.test", undefined, "two.test", "one.test", undefined]);
  expect(await send(of(one, "1"), `http://sink.test:${port}/`)).toMatchObject({
    kind: "refused",
    code: "scheme_forbidden",
  });
  const broken = { certificate: { ...of(one, "3").certificate, key: "none" } };
  expect(await send(broken)).toMatchObject({ kind: "unsent", code: "tls" });
  expect(peers).toHaveLength(5);
});
