import { connect as connectPlain } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { testHttp, type HttpOptions, type TestHttp } from "../../test/http-server.ts";
import { selfSigned } from "../../test/self-signed.ts";
import { parseNetwork } from "../core/network.ts";
import { createHostGuard } from "./check-host.ts";
import { createHttpServer } from "./create-http-server.ts";
import type { HttpSettings } from "./http-parts.ts";
import { createCameFrom } from "./trusted-proxies.ts";
import type { RawRequest } from "./webhooks.ts";

const opened: TestHttp[] = [];
const sockets: TLSSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const one of opened.splice(0)) await one.close();
});

async function open(options: HttpOptions = {}): Promise<TestHttp> {
  const one = await testHttp(options);
  opened.push(one);
  return one;
}

const overTls = (minVersion: "TLSv1.2" | "TLSv1.3", certificate = selfSigned()): Promise<TestHttp> =>
  open({ settings: { tls: { ...certificate, minVersion } }, parts: { publicUrl: "https://steward.test" } });

/** Shakes hands; gives the connection, or the error's code. */
function shake(http: TestHttp, options: ConnectionOptions): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const port = Number(new URL(http.address).port);
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () => resolve(socket));
    sockets.push(socket);
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const version = async (http: TestHttp, options: ConnectionOptions): Promise<string> => {
  const made = await shake(http, options);
  return typeof made === "string" ? "refused" : `${made.getProtocol()}`;
};

/** One request on an open connection, which stays open; gives the head of the answer. */
function ask(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const read = (piece: Buffer): void => {
      text += String(piece);
      if (!text.includes('{"status":"ok"}')) return;
      socket.off("data", read);
      resolve(text);
    };
    socket.on("data", read);
    socket.write("GET /healthz HTTP/1.1\r\nHost: steward.test\r\n\r\n");
  });
}

test("TLS 1.3 alone is spoken, and 1.2 where the operator chose it", async () => {
  const strict = await overTls("TLSv1.3");
  expect(await version(strict, {})).toBe("TLSv1.3");
  expect(await version(strict, { maxVersion: "TLSv1.2" })).toBe("refused");
  const lenient = await overTls("TLSv1.2");
  expect(await version(lenient, {})).toBe("TLSv1.3");
  expect(await version(lenient, { maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
  // The client's own floor is taken down too, or it would refuse by itself.
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
  expect(await version(lenient, old)).toBe("refused");
});

test("TLS 1.2 comes with forward secrecy and authenticated encryption only", async () => {
  const http = await overTls("TLSv1.2");
  const at12 = (ciphers: string): Promise<string> => version(http, { maxVersion: "TLSv1.2", ciphers });
  for (const good of [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
  ])
    expect([good, await at12(good)]).toEqual([good, "TLSv1.2"]);
  for (const bad of [
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-ECDSA-AES128-SHA256",
    "AES128-GCM-SHA256",
  ])
    expect([bad, await at12(bad)]).toEqual([bad, "refused"]);
});

test("a new certificate is served to new connections, and open ones go on", async () => {
  const [first, second] = [selfSigned(), selfSigned()];
  const http = await overTls("TLSv1.3", first);
  const before = await shake(http, {});
  if (typeof before === "string") throw new Error(before);
  expect(await ask(before)).toContain("200 OK");
  http.server.renewCertificate({ ...second, minVersion: "TLSv1.3" });
  const after = await shake(http, {});
  if (typeof after === "string") throw new Error(after);
  expect(after.getPeerCertificate().fingerprint256).not.toBe(before.getPeerCertificate().fingerprint256);
  expect(await ask(before)).toContain("200 OK");
  expect(await version(http, { maxVersion: "TLSv1.2" })).toBe("refused"); // as before
  expect(() => http.server.renewCertificate({ key: first.key, cert: second.cert, minVersion: "TLSv1.3" })).toThrow(
    /key/,
  );
  const still = await shake(http, {});
  expect(typeof still === "string" ? still : still.getPeerCertificate().fingerprint256).toBe(
    after.getPeerCertificate().fingerprint256,
  );
});

test("the browser is told to come by TLS only when it asked the public https name by TLS", async () => {
  const http = await overTls("TLSv1.3");
  const socket = await shake(http, {});
  if (typeof socket === "string") throw new Error(socket);
  expect(await ask(socket)).toContain("strict-transport-security: max-age=63072000\r\n");
  const behind = await open({
    settings: { proxies: { trusted: [parseNetwork("127.0.0.1")!], header: "x-forwarded-for" } },
    parts: { publicUrl: "https://steward.test" },
  });
  const strict = async (headers: Readonly<Record<string, string>>): Promise<unknown> =>
    (await behind.call("GET", "/v1/me", { headers })).headers["strict-transport-security"];
  const forwarded = { "x-forwarded-for": "198.51.100.1", "x-forwarded-host": "steward.test" };
  expect(await strict({ ...forwarded, "x-forwarded-proto": "https" })).toBe("max-age=63072000");
  expect(await strict({ ...forwarded, "x-forwarded-proto": "http" })).toBeUndefined();
  expect(await strict({})).toBeUndefined();
});

test("what is given stays on TLS but on the loopback's own names", () => {
  const proxies = { trusted: [parseNetwork("10.0.0.1")!], header: "x-forwarded-for" } as const;
  const hosts = createHostGuard(createCameFrom(proxies));
  const secure = (host: string, peer = "127.0.0.1", headers = {}, socket = {}): boolean =>
    hosts.isSecure({
      socket: { remoteAddress: peer, ...socket },
      headers: { host, ...headers },
    } as unknown as RawRequest);
  expect(secure("127.0.0.1:7788")).toBe(false);
  expect(secure("localhost:7788")).toBe(false);
  expect(secure("[::1]:7788")).toBe(false);
  expect(secure("steward.test")).toBe(true);
  expect(secure("localhost:7788", "127.0.0.1", {}, { encrypted: true })).toBe(true);
  const forwarded = { "x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https" };
  expect(secure("localhost:7788", "10.0.0.1", forwarded)).toBe(true);
  expect(secure("localhost:7788", "10.0.0.2", forwarded)).toBe(false);
});

test("from afar, plain HTTP is served to trusted proxies only", () => {
  const proxies = { trusted: [parseNetwork("192.0.2.0/24")!], header: "x-forwarded-for" } as const;
  const hosts = createHostGuard(createCameFrom(proxies));
  hosts.serve({ host: "0.0.0.0", publicUrl: "https://steward.test" }, 7788);
  const check = (peer: string, socket = {}): string => {
    const request = {
      socket: { remoteAddress: peer, ...socket },
      headers: { host: "steward.test" },
      rawHeaders: [],
      url: "/",
    };
    try {
      hosts.check(request as unknown as RawRequest);
      return "served";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(check("192.0.2.7")).toBe("served");
  expect(check("::ffff:192.0.2.7")).toBe("served");
  expect(check("127.0.0.1")).toBe("served");
  expect(check("::1")).toBe("served");
  expect(check("198.51.100.7")).toBe("forbidden");
  expect(check("198.51.100.7", { encrypted: true })).toBe("served");
});

test("beyond loopback without TLS it starts for a trusted proxy of a public https address, and serves no one else", async () => {
  const http = await open();
  const settings = (proxies: HttpSettings["proxies"]): HttpSettings => ({
    tls: null,
    pageFolder: "/nowhere",
    examplesFolder: "/nowhere",
    version: "0",
    limits: {
      bodyBytesMax: 1,
      requestMsMax: 1000,
      connectionsMax: 9,
      streamsMax: 1,
      streamsPerPrincipalMax: 1,
      heartbeatMs: 1000,
      drainMsMax: 100,
    },
    ...(proxies ? { proxies } : {}),
  });
  const proxies = { trusted: [parseNetwork("192.0.2.0/24")!], header: "x-forwarded-for" } as const;
  const start = async (publicUrl: string, own: HttpSettings["proxies"]) => {
    const server = await createHttpServer({ ...http.parts, publicUrl }, settings(own));
    return await server.listen("0.0.0.0", 0).then(
      async (address) => {
        await server.close();
        return address.replace(/\d+$/, "");
      },
      async (error: { code: string }) => {
        await server.close();
        return error.code;
      },
    );
  };
  expect(await start("https://steward.test", undefined)).toBe("start_refused");
  expect(await start("http://steward.test", proxies)).toBe("start_refused");
  expect(await start("https://steward.test", proxies)).toBe("http://0.0.0.0:");
});

test("a slow client is cut off, one that never ends its headers too", async () => {
  const http = await open({ limits: { requestMsMax: 400 } });
  const { hostname, port } = new URL(http.address);
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connectPlain(Number(port), hostname, () => socket.write("GET /v1/me HTTP/1.1\r\nHost: x\r\nX-A: "));
    socket.on("data", (piece) => (text += String(piece)));
    socket.on("close", () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});
