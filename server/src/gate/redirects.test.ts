/** Where an answer leads on to is judged as the place that was asked for. */
import { expect, test } from "vitest";
import { http } from "../connectors/http/connector.ts";
import type { JsonObject } from "../core/json.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import { boxCall, boxSecrets, openBox } from "./box.testsuite.ts";
import { callConnector } from "./call-connector.ts";
import { answer, callOf, connection, connections, credential, openGate, serve } from "./gate.testsuite.ts";
import { type InForce, uuidOf } from "./policy.testsuite.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** Leads from `/…/to?to=<address>` there, and answers a list everywhere else, with the next page of `/…/page?to=<address>`. */
async function leading() {
  const server = await serve((socket, request) => {
    const [, path = "", to = ""] = /^GET ([^? ]*)(?:\?to=(\S*))?/.exec(request) ?? [];
    const place = decodeURIComponent(to);
    if (path.endsWith("/to")) socket.write(`HTTP/1.1 302 F\r\nlocation: ${place}\r\ncontent-length: 0\r\n\r\n`);
    else
      socket.write(answer("[1]", path.endsWith("/page") ? { ...JSON_TYPE, link: `<${place}>; rel=next` } : JSON_TYPE));
  });
  const reached = (): readonly string[] =>
    server.requests.splice(0).map((text) => /^GET ([^? ]*)/.exec(text)?.[1] ?? "");
  return { ...server, reached };
}

test("a request is led nowhere that its grant does not cover, or a limit refuses", async () => {
  const server = await leading();
  const when = [{ field: "url", prefix: [`${server.url}public`] }];
  const line = { actions: ["http.request"], when };
  const limits: InForce = { limits: [{ form: { lines: [line] } }] };
  const granted: InForce = { grants: [{ form: { to: "project", credential: "crm", lines: [line] } }] };
  const ask = async (to: string, inForce: InForce, named: "crm" | null) => {
    const { gate } = openGate({ inForce, findCredential: async () => credential("s3cret") });
    const url = `${server.url}public/to?to=${encodeURIComponent(to)}`;
    const { outcome } = await gate.perform(callOf({ url }, { credential: named }));
    return [outcome.kind === "done" || (outcome as { code?: string }).code, ...server.reached()];
  };
  for (const [inForce, named] of [
    [limits, null],
    [granted, "crm"],
  ] as const) {
    expect(await ask("/public/in", inForce, named)).toEqual([true, "/public/to", "/public/in"]);
    expect(await ask("/admin", inForce, named)).toEqual(["redirect_forbidden", "/public/to"]);
  }
  expect(await ask("/admin", {}, null)).toEqual([true, "/public/to", "/admin"]);
});

test("a connector's read is led to no other port of its host", async () => {
  const elsewhere = await serve((socket) => socket.write(answer('{"id":"1"}', JSON_TYPE)));
  const server = await serve((socket) =>
    socket.write(`HTTP/1.1 302 F\r\nlocation: ${elsewhere.url}\r\ncontent-length: 0\r\n\r\n`),
  );
  const { outcome } = await openBox(server).gate.perform(boxCall("read"));
  expect([outcome.kind, elsewhere.sockets.length]).toEqual(["refused", 0]);
});

test("an HTTP service leads nowhere but below its address, and where its grant reaches, from page to page too", async () => {
  const server = await leading();
  const address = `${server.url}v2`;
  const open = (when: readonly object[]) =>
    openGate({
      connections: connections([connection({ slug: "api", connector: "http", authentication: "api_key", address })]),
      inForce: {
        grants: [
          {
            connection: uuidOf("connection", 0),
            form: { to: "project", connection: "api", lines: [{ actions: ["http.get"], when }] } as never,
          },
        ],
      },
      actionsOn: (parts) => ({
        "connector.call": callConnector({
          ...parts,
          secrets: boxSecrets(["t0ken-canary"], { connector: "http", authentication: "api_key", address }),
          connectors: connectorsOf([http]),
        }),
      }),
    }).gate;
  const ask = async (from: string, to: string, when: readonly object[] = []) => {
    const given: JsonObject = { path: `/open/${from}`, query: { to }, headers: {}, expect: "success", pages: 2 };
    const effect = { action: "http.get", connection: "api", arguments: given, repeat: "safe" } as const;
    const { outcome } = await open(when).perform(callOf({ url: "" }, effect, { written: { arguments: given } }));
    return [outcome.kind === "done" || (outcome as { code?: string }).code, ...server.reached()];
  };
  const prefix = [{ field: "path", prefix: ["/open/"] }];
  for (const [from, to] of [
    ["to", "/v2"],
    ["page", address],
  ] as const) {
    expect(await ask(from, `${to}/closed`)).toEqual([true, `/v2/open/${from}`, "/v2/closed"]);
    expect(await ask(from, `${to}/open/b%2563`, prefix)).toEqual([true, `/v2/open/${from}`, "/v2/open/b%2563"]);
    for (const [place, when] of [
      [`${to}/closed`, prefix],
      [`${to}/open/%2e%2e%2fclosed`, prefix],
      [`${to}/open%5c..%5cclosed`, prefix],
      [to.replace("v2", "v3"), []],
      [to.replace("v2", "v22"), []],
    ] as const)
      expect([place, ...(await ask(from, place, when))]).toEqual([place, "redirect_forbidden", `/v2/open/${from}`]);
  }
});
