/**
 * The only way out of a jail: CONNECT on a unix socket, to listed hosts alone, each address judged and connected to as the
 * egress does it. Which job a connection is of is told by the socket, which no other jail can see.
 */
import { chmod } from "node:fs/promises";
import http from "node:http";
import type net from "node:net";
import type { Duplex } from "node:stream";
import { type HostEntry, hostIsListed, parseHostEntry } from "../../core/egress/host-entry.ts";
import { judgeUrl, type Target } from "../../core/egress/judge-url.ts";
import type { JailConnection, JailNetwork } from "../../core/ports/jail.ts";
import type { Connect } from "../egress/connect.ts";
import type { NoServer } from "../egress/server-book.ts";
import type { ServerAddress } from "../egress/judge-server.ts";

export interface ProxyGround {
  /** The guard of every request: which addresses of a host may be connected to. */
  readonly find: (target: Target) => Promise<readonly ServerAddress[] | NoServer>;
  readonly connect: Connect;
}

export interface Proxy {
  /** Cuts every connection. */
  close(): void;
}

const CONNECTIONS_MAX = 32;
/** In the life of one jail; beyond it none is made. */
const CONNECTIONS_EVER_MAX = 1_000;
const HEADER_BYTES_MAX = 8_192;
const CONNECT_MS = 10_000;
const ADDRESSES_MAX = 4;

type Verdict = JailConnection["verdict"];

export async function openProxy(socket: string, network: JailNetwork, ground: ProxyGround): Promise<Proxy> {
  const proxy = new ConnectProxy(network, ground);
  await proxy.listen(socket);
  return proxy;
}

class ConnectProxy implements Proxy {
  readonly #network: JailNetwork;
  readonly #ground: ProxyGround;
  readonly #entries: readonly HostEntry[];
  readonly #server: http.Server;
  readonly #open = new Set<Duplex>();
  #made = 0;
  #bytes = 0;
  #closed = false;

  constructor(network: JailNetwork, ground: ProxyGround) {
    this.#network = network;
    this.#ground = ground;
    this.#entries = network.hosts.map(parseHostEntry).filter((entry) => entry !== null);
    this.#server = http.createServer({ maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: CONNECT_MS }, (_, response) => {
      response.writeHead(405, { allow: "CONNECT", connection: "close" });
      response.end("The way out of the jail is CONNECT alone.\n");
    });
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on("connection", (client) => this.#hold(client));
    this.#server.on("connect", (request, client, head) => void this.#serve(request.url ?? "", client, head));
  }

  async listen(socket: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(socket, resolve);
    });
    await chmod(socket, 0o777); // the folder is seen by this jail alone
  }

  close(): void {
    this.#closed = true;
    this.#server.close();
    for (const one of this.#open) one.destroy();
  }

  async #serve(authority: string, client: Duplex, head: Buffer): Promise<void> {
    const target = targetOf(authority);
    const found = await this.#judge(target);
    const { host, port } = target ?? { host: authority.slice(0, 253), port: 0 };
    const refuse = (verdict: Verdict): void => {
      this.#network.note({ host, port, verdict, bytesOut: 0, bytesIn: 0 });
      client.end(`HTTP/1.1 ${ANSWERS[verdict]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    };
    if (typeof found === "string") return refuse(found);
    const server = await this.#connect(found, port);
    if (typeof server === "string") return refuse(server);
    if (this.#closed || client.destroyed) {
      server.destroy();
      return refuse("stopped");
    }
    this.#pour(client, server, head, { host, port });
  }

  async #judge(target: Target | null): Promise<readonly ServerAddress[] | Verdict> {
    if (++this.#made > CONNECTIONS_EVER_MAX || this.#bytes > this.#network.bytesMax) return "stopped";
    if (target === null || !hostIsListed(this.#entries, target.host, target.port)) return "not_allowed";
    const found = await this.#ground.find(target);
    if (!("kind" in found)) return found;
    return found.kind === "refused" ? "forbidden" : "unresolved";
  }

  /** Asked just before the first packet leaves, for it is then that the run may have been cancelled or revoked. */
  async #connect(addresses: readonly ServerAddress[], port: number): Promise<net.Socket | Verdict> {
    for (const { address } of addresses.slice(0, ADDRESSES_MAX)) {
      if (this.#closed || !this.#network.mayConnect()) return "stopped";
      const socket = this.#ground.connect(address, port);
      this.#hold(socket);
      if (await opens(socket)) return socket;
    }
    return "unreachable";
  }

  #hold(socket: Duplex): void {
    this.#open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#open.delete(socket));
    if (this.#closed) socket.destroy();
  }

  #pour(client: Duplex, server: net.Socket, head: Buffer, at: { readonly host: string; readonly port: number }): void {
    let [bytesOut, bytesIn] = [head.length, 0];
    const count = (bytes: number): void => {
      this.#bytes += bytes;
      if (this.#bytes > this.#network.bytesMax) for (const one of this.#open) one.destroy();
    };
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) server.write(head);
    client.on("data", (bytes: Buffer) => count(((bytesOut += bytes.length), bytes.length)));
    server.on("data", (bytes: Buffer) => count(((bytesIn += bytes.length), bytes.length)));
    client.pipe(server);
    server.pipe(client);
    client.once("close", () => server.destroy());
    server.once("close", () => {
      client.destroy();
      this.#network.note({ ...at, verdict: "open", bytesOut, bytesIn });
    });
  }
}

const ANSWERS: Readonly<Record<Verdict, string>> = {
  open: "200 Connection established",
  not_allowed: "403 Host not listed",
  forbidden: "403 Address not allowed",
  unresolved: "502 Name not resolved",
  unreachable: "502 Host not reached",
  stopped: "503 No more connections",
};

/** `host:port`, both in canonical spelling; null when it is neither. */
function targetOf(authority: string): Target | null {
  if (!/^[^/?#@\\\s]+:\d{1,5}$/.test(authority)) return null;
  const judged = judgeUrl(`http://${authority}/`);
  return judged.ok ? judged.target : null;
}

async function opens(socket: net.Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => socket.destroy(), CONNECT_MS);
  socket.once("connect", () => resolve(true));
  socket.once("close", () => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
