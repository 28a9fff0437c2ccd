import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { afterEach, expect, test } from "vitest";
import { selfSigned } from "../../../test/self-signed.ts";
import { parseSyslogAddress, type SyslogAddress } from "../../core/audit-address.ts";
import { ALLOW_NOTHING, parseAllowList } from "../../core/egress/allow-list.ts";
import type { SyslogAnswer } from "../../core/ports/syslog.ts";
import { createSyslog, type SyslogOptions } from "./send-syslog.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

const FRAMES = Buffer.from("5 hello");

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

function addressOf(text: string): SyslogAddress {
  const parsed = parseSyslogAddress(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

async function send(
  address: string,
  options: Partial<SyslogOptions> = {},
  more: { timeoutMs?: number; signal?: AbortSignal; frames?: Buffer } = {},
): Promise<SyslogAnswer> {
  const syslog = createSyslog({ allow: ALLOW_NOTHING, nowMs: () => performance.now(), ...options });
  const request = {
    address: addressOf(address),
    frames: FRAMES,
    timeoutMs: 5000,
    signal: new AbortController().signal,
  };
  return await syslog.send({ ...request, ...more });
}

/** A collector that reads all and ends its side when the other has. */
function collector(): { readonly taken: string[]; readonly take: (socket: Socket) => void } {
  const taken: string[] = [];
  return {
    taken,
    take: (socket) => {
      socket.on("data", (piece) => taken.push(piece.toString()));
      socket.on("error", () => undefined);
    },
  };
}

test("a collector that the operator opened gets the frames, whole, and then the end", async () => {
  const { taken, take } = collector();
  const port = await listen(createServer(take));
  const allow = parseAllowList(`127.0.0.1:${port}`);
  expect(await send(`tcp://127.0.0.1:${port}`, { allow })).toEqual({ kind: "taken" });
  const frames = Buffer.alloc(3_000_000, "x");
  expect(await send(`tcp://127.0.0.1:${port}`, { allow }, { frames })).toEqual({ kind: "taken" });
  expect(taken.join("").length).toBe(FRAMES.length + frames.length);
});

test("over TLS the certificate must be that of the host", async () => {
  const { key, cert } = selfSigned("logs.test");
  const { taken, take } = collector();
  const port = await listen(tls.createServer({ key, cert }, take));
  const allow = parseAllowList(`127.0.0.1:${port},logs.test:${port},other.test:${port}`);
  const resolve = async (): Promise<readonly string[]> => ["127.0.0.1"];
  expect(await send(`tls://logs.test:${port}`, { allow, resolve, ca: cert })).toEqual({ kind: "taken" });
  expect(taken.join("")).toBe("5 hello");
  expect(await send(`tls://other.test:${port}`, { allow, resolve, ca: cert })).toEqual({ kind: "failed", code: "tls" });
  expect(await send(`tls://logs.test:${port}`, { allow, resolve })).toEqual({ kind: "failed", code: "tls" });
  expect(taken.join("")).toBe("5 hello");
});

test("nothing is sent to a private address that is not opened, by number or by name, nor unsecured to the public", async () => {
  const asked: string[] = [];
  const connect = (): never => {
    asked.push("connected");
    throw new Error("connected");
  };
  for (const host of [
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "localhost",
    "2130706433",
  ])
    for (const scheme of ["tls", "tcp"])
      expect([host, await send(`${scheme}://${host}:6514`, { connect })]).toEqual([
        host,
        { kind: "failed", code: "address_forbidden" },
      ]);
  const rebound = { connect, resolve: async () => ["192.168.0.1"] };
  expect(await send("tls://logs.example.com:6514", rebound)).toMatchObject({ code: "address_forbidden" });
  expect(await send("tcp://93.184.216.34:6514", { connect })).toMatchObject({ code: "scheme_forbidden" });
  const nowhere = { connect, resolve: () => Promise.reject(new Error("no such name")) };
  expect(await send("tls://logs.example.com:6514", nowhere)).toMatchObject({ code: "dns" });
  expect(asked).toEqual([]);
});

test("a collector that is not there, that resets, or that never answers the handshake is a failure in time", async () => {
  const port = await listen(createServer((socket) => void socket.resetAndDestroy()));
  const allow = parseAllowList("127.0.0.1");
  const frames = Buffer.alloc(3_000_000, "x");
  expect(await send(`tcp://127.0.0.1:${port}`, { allow }, { frames })).toMatchObject({ kind: "failed" });
  const silent = await listen(createServer(() => undefined));
  expect(await send(`tls://127.0.0.1:${silent}`, { allow }, { timeoutMs: 50 })).toEqual({
    kind: "failed",
    code: "timeout",
  });
  const stopped = AbortSignal.timeout(30);
  expect(await send(`tls://127.0.0.1:${silent}`, { allow }, { signal: stopped })).toMatchObject({ code: "cancelled" });
  const gone = await listen(createServer());
  servers.pop()!.close();
  expect(await send(`tcp://127.0.0.1:${gone}`, { allow })).toEqual({ kind: "failed", code: "connect" });
});
