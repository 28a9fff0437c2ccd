import http from "node:http";
import net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { JailConnection, JailNetwork } from "../../core/ports/jail.ts";
import { HAS_JAIL, job, openJail, printedBy, resultOf } from "./jail.testsuite.ts";

describe.skipIf(!HAS_JAIL)("the way out of the jail", () => {
  const connections: JailConnection[] = [];
  const tried: string[] = [];
  let port = 0;
  let holding: net.Socket[] = [];
  const server = http.createServer((request, response) => {
    if (request.url === "/hold") holding.push(response.socket!);
    else response.end(request.url === "/long" ? "x".repeat(1_000_000) : `hello ${request.headers.host}`);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as net.AddressInfo).port;
  });
  afterEach(() => {
    connections.length = 0;
    tried.length = 0;
    holding = [];
  });
  afterAll(() => void server.close());

  /** Names stand for addresses that tests choose; only this machine's are really connected to. */
  const jailFor = (opened: string, names: Record<string, readonly string[]> = {}) =>
    openJail({
      opened,
      resolve: async (name) => names[name] ?? Promise.reject(new Error("no such name")),
      connect: (address, to) => {
        tried.push(`${address.text} ${to}`);
        return address.text === "127.0.0.1"
          ? net.connect(to, "127.0.0.1")
          : new net.Socket().destroy(new Error("recorded"));
      },
    });
  const to = (hosts: readonly string[], more: Partial<JailNetwork> = {}): { readonly network: JailNetwork } => ({
    network: {
      hosts,
      bytesMax: 10_000_000,
      mayConnect: () => true,
      note: (one) => void connections.push(one),
      ...more,
    },
  });
  const fetching = (url: string): string =>
    `export default async () => { const r = await fetch("${url}"); return [r.status, (await r.text()).length] }`;
  const shown = (): readonly string[] => connections.map((one) => `${one.host}:${one.port} ${one.verdict}`);

  test("node and python reach a listed host, and each connection is noted", async () => {
    const jail = jailFor(`127.0.0.1:${port}`, { "api.test": ["127.0.0.1"] });
    const hosts = to([`api.test:${port}`]);
    const url = `http://api.test:${port}/`;
    expect(resultOf(await jail.run(job("node", fetching(url), hosts)))).toEqual([200, `hello api.test:${port}`.length]);
    const python = `import http.client\ndef main(a):\n  c = http.client.HTTPConnection("127.0.0.1", 3128)\n  c.set_tunnel("api.test", ${port})\n  c.request("GET", "/")\n  return c.getresponse().read().decode()`;
    expect(resultOf(await jail.run(job("python", python, hosts)))).toBe(`hello api.test:${port}`);
    expect(shown()).toEqual([`api.test:${port} open`, `api.test:${port} open`]);
    expect(connections.every(({ bytesIn, bytesOut }) => bytesIn > 100 && bytesOut > 20)).toBe(true);
    await jail.close();
  });

  test("a script reaches a listed host through the environment's proxy", async () => {
    const jail = jailFor(`127.0.0.1:${port}`);
    const script = `node=/jail/node; $node -e 'fetch("http://127.0.0.1:${port}/").then(async (r) => console.log(await r.text()))'`;
    expect(printedBy(await jail.run(job("shell", script, to([`127.0.0.1:${port}`]))))).toBe(
      `hello 127.0.0.1:${port}\n`,
    );
    await jail.close();
  });

  test("what is not listed, forbidden, unknown or without answer is refused, noted, and never connected to", async () => {
    const names = { "inner.test": ["10.0.0.5"], "meta.test": ["169.254.169.254"], "other.test": ["93.184.215.14"] };
    const jail = jailFor("", names);
    const hosts = to(["inner.test", "meta.test", "169.254.169.254", "gone.test", "*.open.test", `127.0.0.1:${port}`]);
    const urls = [
      "http://other.test/",
      "http://inner.test/",
      "http://meta.test/",
      "http://169.254.169.254/latest/meta-data/",
      "http://gone.test/",
      "http://open.test/",
      "http://inner.test:8080/",
      `http://127.0.0.1:${port}/`,
      "http://2130706433/",
      "http://[::ffff:169.254.169.254]/",
    ];
    const source = `export default async () => { const all = []; for (const url of ${JSON.stringify(urls)}) all.push(await fetch(url).then((r) => r.status, () => "failed")); return all }`;
    expect(resultOf(await jail.run(job("node", source, hosts)))).toEqual(urls.map(() => "failed"));
    expect(shown()).toEqual([
      "other.test:80 not_allowed",
      "inner.test:80 forbidden",
      "meta.test:80 forbidden",
      "169.254.169.254:80 forbidden",
      "gone.test:80 unresolved",
      "open.test:80 not_allowed",
      "inner.test:8080 not_allowed",
      `127.0.0.1:${port} forbidden`,
      "127.0.0.1:80 not_allowed",
      expect.stringMatching(/ not_allowed$/),
    ]);
    expect(tried).toEqual([]);
    await jail.close();
  });

  test("nothing but CONNECT is served, and names can't be asked for beside it", async () => {
    const jail = jailFor(`127.0.0.1:${port}`);
    const source = `import http.client\ndef main(a):\n  c = http.client.HTTPConnection("127.0.0.1", 3128)\n  c.request("GET", "http://127.0.0.1:${port}/")\n  return c.getresponse().status`;
    expect(resultOf(await jail.run(job("python", source, to([`127.0.0.1:${port}`]))))).toBe(405);
    expect(tried).toEqual([]);
    await jail.close();
  });

  test("without hosts there is no way out, also where another job has one", async () => {
    const jail = jailFor(`127.0.0.1:${port}`);
    const url = `http://127.0.0.1:${port}/`;
    const other = new AbortController();
    const held = jail.run(job("node", fetching(`${url}hold`), { ...to([`127.0.0.1:${port}`]), signal: other.signal }));
    await expect.poll(() => holding.length).toBe(1);
    expect(await jail.run(job("node", fetching(url)))).toMatchObject({ ok: false, reason: "threw" });
    other.abort();
    expect(await held).toMatchObject({ reason: "cancelled" });
    await expect.poll(() => holding[0]?.destroyed).toBe(true);
    await jail.close();
  });

  test("a run that may no longer act connects no more, and a word to cut everything ends what has a way out", async () => {
    const jail = jailFor(`127.0.0.1:${port}`);
    const hosts = [`127.0.0.1:${port}`];
    const url = `http://127.0.0.1:${port}/`;
    await jail.run(job("node", fetching(url), to(hosts, { mayConnect: () => false })));
    expect(shown()).toEqual([`127.0.0.1:${port} stopped`]);
    expect(tried).toEqual([]);
    const held = jail.run(job("node", fetching(`${url}hold`), to(hosts)));
    const offline = jail.run(job("shell", "sleep 0.5; echo on", {}));
    await expect.poll(() => holding.length).toBe(1);
    jail.abortAll("the worker hears nothing");
    expect(await held).toMatchObject({ reason: "cancelled", message: "the worker hears nothing" });
    expect(printedBy(await offline)).toBe("on\n");
    await jail.close();
  });

  test("bytes are counted over all connections, and beyond the limit they are cut", async () => {
    const jail = jailFor(`127.0.0.1:${port}`);
    const source = `export default async () => { let n = 0; try { for (;;) n += (await (await fetch("http://127.0.0.1:${port}/long")).text()).length } catch { return n } }`;
    const outcome = await jail.run(job("node", source, to([`127.0.0.1:${port}`], { bytesMax: 3_500_000 })));
    expect(resultOf(outcome)).toBe(3_000_000);
    await jail.close();
  });
});
