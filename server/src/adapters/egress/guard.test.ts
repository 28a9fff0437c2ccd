import http from "node:http";
import net from "node:net";
import { afterEach, expect, test } from "vitest";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { Egress, EgressRequest } from "../../core/ports/egress.ts";
import { type Connect, connectTcp } from "./connect.ts";
import { createEgress, type EgressOptions } from "./create-egress.ts";

/** Nothing here can leave the machine, even were the guard broken: what isn't a test's own server is recorded, not connected. */
const attempts: string[] = [];
const ownPorts = new Set<number>();
const connectOrRecord: Connect = (address, port) => {
  attempts.push(`${address.text} ${port}`);
  if (address.text === "127.0.0.1" && ownPorts.has(port)) return connectTcp(address, port);
  return new net.Socket().destroy(new Error("recorded"));
};

let clockMs = 0;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  attempts.length = 0;
  ownPorts.clear();
});

function egressWith(
  allow: string,
  names: Record<string, readonly string[] | (() => readonly string[])> = {},
  more: Partial<EgressOptions> = {},
): Egress {
  const egress = createEgress({
    allow: parseAllowList(allow),
    nowMs: () => clockMs,
    connect: connectOrRecord,
    resolve: async (name) => {
      const found = names[name];
      if (found === undefined) throw new Error("no such name");
      return typeof found === "function" ? found() : found;
    },
    ...more,
  });
  closing.push(() => egress.close());
  return egress;
}

async function serve(listener: http.RequestListener): Promise<number> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  ownPorts.add(address.port);
  return address.port;
}

function ask(url: string, change: Partial<EgressRequest> = {}): EgressRequest {
  return {
    method: "GET",
    url,
    headers: [],
    body: null,
    timeoutMs: 5_000,
    responseBytesMax: 1_000,
    redirectsMax: 0,
    hosts: null,
    secretHeaders: [],
    signal: new AbortController().signal,
    ...change,
  };
}

async function code(egress: Egress, url: string, change: Partial<EgressRequest> = {}): Promise<string> {
  const answer = await egress.request(ask(url, change));
  return "code" in answer ? `${answer.kind} ${answer.code}` : `${answer.kind} ${answer.status}`;
}

test.each([
  "http://127.0.0.1/",
  "http://127.1:8080/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127.0.0.1./",
  "http://1２7。0.0.1/",
  "http://%31%32%37.0.0.1/",
  "http://[::1]/",
  "http://[::]/",
  "http://0/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::127.0.0.1]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[2002:7f00:1::]/",
  "http://10.0.0.5/",
  "http://172.16.0.1/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "http://100.100.100.200/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[fd00:ec2::254]/",
  "http://[fe80::a9fe:a9fe]/",
  "http://168.63.129.16/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://192.0.2.1/",
  "http://198.18.0.1/",
  "https://240.0.0.1/",
  "http://localhost/",
  "http://LOCALHOST.:9/",
  "http://api.localhost/",
  "http://private.test/",
  "http://mapped.test/",
  "http://both.test/",
])("%s is refused and no connection is tried", async (url) => {
  const egress = egressWith("", {
    "private.test": ["10.1.2.3"],
    "mapped.test": ["::ffff:8.8.8.8"],
    "both.test": ["127.0.0.1", "fd00::1"],
  });
  expect(await code(egress, url)).toBe("refused address_forbidden");
  expect(attempts).toEqual([]);
});

test("a refusal names the host, its addresses and the setting that opens it, and not the path", async () => {
  const egress = egressWith("", { "private.test": ["10.1.2.3"] });
  const answer = await egress.request(ask("http://private.test/secret-path?q=secret"));
  expect(answer).toMatchObject({
    message: expect.stringMatching(/private\.test.*10\.1\.2\.3: private.*STEWARD_EGRESS_ALLOW/),
  });
  expect(JSON.stringify(answer)).not.toContain("secret");
});

test.each([
  ["http://private.test:8080/", "STEWARD_EGRESS_ALLOW=private.test:8080,"],
  ["https://private.test/", "STEWARD_EGRESS_ALLOW=private.test:443,"],
  ["http://[fd00::1]:9000/", "STEWARD_EGRESS_ALLOW=[fd00::1]:9000,"],
])("the refusal of %s gives the very entry that opens it", async (url, setting) => {
  const names = { "private.test": ["10.1.2.3"] };
  const answer = await egressWith("", names).request(ask(url));
  const [, entry = ""] = /STEWARD_EGRESS_ALLOW=([^,]+),/.exec("message" in answer ? answer.message : "") ?? [];
  expect(answer).toMatchObject({ message: expect.stringContaining(setting) as string });
  expect(await code(egressWith(entry, names), url)).toBe("unsent connect");
});

test("nobody is told how to open what no network of theirs is", async () => {
  const answer = await egressWith("").request(ask("http://169.254.169.254/"));
  expect("message" in answer ? answer.message : "").toMatch(/can open it with STEWARD_EGRESS_ALLOW\.$/);
});

test("of a name's addresses only those that pass are connected to, in their order", async () => {
  const egress = egressWith("", {
    "mixed.test": ["10.0.0.1", "93.184.215.14", "::1", "2606:4700::1", "garbage", "93.184.215.15"],
  });
  expect(await code(egress, "https://mixed.test/")).toBe("unsent connect");
  expect(attempts).toEqual(["93.184.215.14 443", "2606:4700::1 443", "93.184.215.15 443"]);
});

test("a name that changes its address between two requests is checked again, and its open connection is not used", async () => {
  let addresses = ["127.0.0.1"];
  const port = await serve((_request, response) => response.end("hi"));
  const egress = egressWith(`127.0.0.1:${port}`, { "rebound.test": () => addresses });
  const url = `http://rebound.test:${port}/`;
  expect(await code(egress, url)).toBe("answer 200");
  addresses = ["10.0.0.1"];
  expect(await code(egress, url)).toBe("answer 200"); // the checked answer is known for 5 s, and so is the address
  clockMs += 5_001;
  expect(await code(egress, url)).toBe("refused address_forbidden");
  expect(new Set(attempts)).toEqual(new Set([`127.0.0.1 ${port}`]));
});

test("a name is resolved once for a request, so that it can't point elsewhere when the connection is made", async () => {
  const answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]];
  const egress = egressWith("", { "fast.test": () => answers.shift() ?? [] });
  expect(await code(egress, "http://fast.test/")).toBe("unsent connect");
  expect(attempts).toEqual(["93.184.215.14 80"]);
  expect(answers).toHaveLength(2);
});

test("a name that can't be resolved was not sent to", async () => {
  const egress = egressWith("", { "empty.test": [] });
  expect(await code(egress, "http://missing.test/")).toBe("unsent dns");
  expect(await code(egress, "http://empty.test/")).toBe("refused address_forbidden");
});

test.each(["http://169.254.169.254/", "//10.0.0.5/", "http://localhost:1/", "http://private.test/"])(
  "a redirect to %s is refused before a connection is tried",
  async (location) => {
    const port = await serve((_request, response) => response.writeHead(302, { location }).end());
    const egress = egressWith(`127.0.0.1:${port}`, { "private.test": ["10.1.2.3"] });
    expect(await code(egress, `http://127.0.0.1:${port}/`, { redirectsMax: 5 })).toBe("refused address_forbidden");
    expect(attempts).toEqual([`127.0.0.1 ${port}`]);
  },
);

test("a credential goes nowhere outside its hosts, and in clear only where the operator opened the way", async () => {
  const port = await serve((_request, response) => response.end());
  const egress = egressWith(`127.0.0.1:${port}`, { "api.test": ["93.184.215.14"] });
  const headers = [["X-Key", "s3cret"]] as const;
  const secretHeaders = ["x-key"];
  expect(await code(egress, "https://evil.test/", { headers, secretHeaders, hosts: ["api.test"] })).toBe(
    "refused host_not_allowed",
  );
  expect(await code(egress, "http://api.test/", { headers, secretHeaders, hosts: ["api.test"] })).toBe(
    "refused scheme_forbidden",
  );
  expect(attempts).toEqual([]);
  expect(await code(egress, "http://api.test/", { headers })).toBe("unsent connect");
  expect(await code(egress, `http://127.0.0.1:${port}/`, { headers, secretHeaders, hosts: ["127.0.0.1"] })).toBe(
    "answer 200",
  );
});

test("proxies of the environment are ignored", async () => {
  const proxied: string[] = [];
  const proxy = await serve((request, response) => {
    proxied.push(request.url ?? "");
    response.end();
  });
  const port = await serve((_request, response) => response.writeHead(204).end());
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "NODE_USE_ENV_PROXY"];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) process.env[name] = name === "NODE_USE_ENV_PROXY" ? "1" : `http://127.0.0.1:${proxy}`;
  try {
    expect(await code(egressWith(`127.0.0.1:${port}`), `http://127.0.0.1:${port}/`)).toBe("answer 204");
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  expect(proxied).toEqual([]);
  expect(attempts).toEqual([`127.0.0.1 ${port}`]);
});

test.each([
  ["ftp://example.com/", {}, "refused scheme_forbidden"],
  ["http://u:p@example.com/", {}, "refused url_invalid"],
  ["http://example.com/", { method: "CONNECT" }, "refused method_invalid"],
  ["http://example.com/", { headers: [["host", "127.0.0.1"]] as const }, "refused header_invalid"],
  ["http://example.com/", { headers: [["a", "b\r\nc: d"]] as const }, "refused header_invalid"],
  ["http://93.184.215.14:25/", {}, "refused port_forbidden"],
])("%s with %j: %s", async (url, change, result) => {
  expect(await code(egressWith(""), url, change)).toBe(result);
  expect(attempts).toEqual([]);
});

test("a name is asked for once at a time, and its answer is known for five seconds", async () => {
  let asked = 0;
  const egress = egressWith("", {
    "busy.test": () => {
      asked += 1;
      return ["10.0.0.1"];
    },
  });
  await Promise.all(Array.from({ length: 20 }, () => code(egress, "http://busy.test/")));
  expect(asked).toBe(1);
  clockMs += 4_999;
  await code(egress, "http://busy.test/");
  expect(asked).toBe(1);
  clockMs += 2;
  await code(egress, "http://busy.test/");
  expect(asked).toBe(2);
});
