import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { HeldProjectKeys } from "../keyring/project-keys.ts";
import { answer, callOf, credential, openGate, resultOf, serve } from "./gate.testsuite.ts";
import { credentialGrant } from "./policy.testsuite.ts";

/** The header lines of a request, without the framing and the egress's defaults. */
function sentHeaders(request: string | undefined): string[] {
  const lines = (request ?? "").split("\r\n\r\n")[0]!.split("\r\n").slice(1);
  return lines.filter((line) => !/^(?:host|connection|user-agent|accept|accept-encoding|content-length):/i.test(line));
}

test.each([
  ["bearer", credential("t0k3n"), "authorization: Bearer t0k3n"],
  ["basic", credential("ada:pass:word", { kind: "basic" }), "authorization: Basic YWRhOnBhc3M6d29yZA=="],
  ["header", credential("k3y", { kind: "header", header: "X-Api-Key" }), "x-api-key: k3y"],
])("a credential of kind %s is sent in its header, in place of what the flow wrote there", async (_, crm, line) => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const { gate } = openGate({ credentials: [crm] });
  const headers = { [line.split(":")[0]!]: "mine", "x-b": "2" };
  const { outcome } = await gate.perform(callOf({ url: server.url, headers }, { credential: "crm" }));
  expect(outcome.kind).toBe("done");
  expect(sentHeaders(server.requests[0]).toSorted()).toEqual([line, "x-b: 2"].toSorted());
});

const CRM = { grants: [credentialGrant("crm", ["127.0.0.1"])] };

test("an effect without a credential asks the store for none and sends none", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const findCredential = vi.fn<() => Promise<null>>(async () => null);
  await openGate({ findCredential }).gate.perform(callOf({ url: server.url }));
  expect(findCredential).not.toHaveBeenCalled();
  expect(sentHeaders(server.requests[0])).toEqual([]);
});

test("a credential counts as it is at this effect: set anew or taken away, the next one sees it", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  let current = credential("old") as ReturnType<typeof credential> | null;
  const { gate } = openGate({ findCredential: async () => current, inForce: CRM });
  const send = async (): Promise<string> =>
    (await gate.perform(callOf({ url: server.url }, { credential: "crm" }))).outcome.kind;
  await send();
  current = credential("new");
  await send();
  current = null;
  expect(await send()).toBe("refused");
  expect(server.requests.map((request) => sentHeaders(request))).toEqual([
    ["authorization: Bearer old"],
    ["authorization: Bearer new"],
  ]);
});

test.each([
  ["no host is allowed", []],
  ["another host is allowed", ["api.test"]],
  ["only hosts below this one are allowed", ["*.sink.test"]],
  ["a host that ends alike is allowed", ["xsink.test"]],
])("a credential is refused where %s, before the intent", async (_, hosts) => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const { gate } = openGate({ credentials: [credential("t0k3n", { hosts })] });
  const call = callOf({ url: `http://sink.test:${server.port}/` }, { credential: "crm" });
  const { outcome } = await gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "host_not_allowed" });
  expect(call.intents).toHaveLength(0);
  expect(server.sockets).toHaveLength(0);
});

test("a redirect to another origin within the allowed hosts drops the credential, whichever header has it", async () => {
  const server = await serve((socket, request) =>
    request.startsWith("GET /next")
      ? socket.write(answer("hi"))
      : socket.write(`HTTP/1.1 302 F\r\nlocation: http://b.test:${server.port}/next\r\ncontent-length: 0\r\n\r\n`),
  );
  const hosts = ["a.test", "b.test"];
  for (const kind of ["bearer", "header"] as const) {
    const { gate } = openGate({
      credentials: [credential("t0k3n", { hosts, kind, header: kind === "header" ? "x-custom" : null })],
      egressOptions: {
        allow: { names: hosts.map((name) => ({ name, port: null })), ranges: [] },
      },
    });
    const { outcome, audit } = await gate.perform(
      callOf({ url: `http://a.test:${server.port}/` }, { credential: "crm" }),
    );
    expect(outcome.kind).toBe("done");
    expect(audit).toMatchObject([{ facts: { host: "a.test", answeredBy: "b.test" } }]);
    expect(server.requests.splice(0).map((request) => request.includes("t0k3n"))).toEqual([true, false]);
  }
});

test("a redirect out of the allowed hosts is refused", async () => {
  const elsewhere = await serve((socket) => socket.write(answer("hi")));
  const server = await serve((socket) =>
    socket.write(`HTTP/1.1 302 F\r\nlocation: http://c.test:${elsewhere.port}/\r\ncontent-length: 0\r\n\r\n`),
  );
  const { gate } = openGate({ credentials: [credential("t0k3n")] });
  const { outcome } = await gate.perform(callOf({ url: server.url }, { credential: "crm" }));
  expect(outcome).toMatchObject({ kind: "refused", code: "host_not_allowed" });
  expect(elsewhere.sockets).toHaveLength(0);
});

test("a credential that does not open is refused after the intent; the log has the reason, nobody the secret", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const other = credential("t0k3n-of-another");
  const crm = credential("t0k3n", { secret: other.secret });
  const { gate, logged } = openGate({ credentials: [crm] });
  const call = callOf({ url: server.url }, { credential: "crm" });
  const { outcome, audit } = await gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "credential_unreadable" });
  expect(call.intents).toHaveLength(1);
  expect(audit).toMatchObject([{ facts: { outcome: "refused", code: "credential_unreadable" } }]);
  expect(logged.join("\n")).toContain("crm");
  expect(JSON.stringify([outcome, audit, logged])).not.toContain("t0k3n");
  expect(server.sockets).toHaveLength(0);
});

test("a secret that no header can carry is refused without being named", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  for (const secret of ["t0k3n\r\nx-evil: 1", "t0k3n-\u{1f600}"]) {
    const { gate, logged } = openGate({ credentials: [credential(secret)] });
    const { outcome, audit } = await gate.perform(callOf({ url: server.url }, { credential: "crm" }));
    expect(outcome).toMatchObject({ kind: "refused", code: "header_invalid" });
    expect(JSON.stringify([outcome, audit, logged])).not.toContain("t0k3n");
  }
  expect(server.requests).toHaveLength(0);
});

test("the opened bytes of a secret are cleared as soon as the header is written", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const opened: Buffer[] = [];
  const spy = vi.spyOn(HeldProjectKeys.prototype, "openCredential");
  try {
    const { gate } = openGate({ credentials: [credential("t0k3n")] });
    await gate.perform(callOf({ url: server.url }, { credential: "crm" }));
    for (const { value } of spy.mock.results) opened.push(value);
  } finally {
    spy.mockRestore();
  }
  expect(server.requests[0]).toContain("Bearer t0k3n");
  expect(opened).toEqual([Buffer.alloc(5)]);
});

const hex = (text: string): string => Buffer.from(text).toString("hex");
const eachUnit = (text: string, write: (code: number) => string): string =>
  Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join("");

/** How a peer may write back what it was sent. */
const ECHOES: Record<string, (text: string) => string> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  "json with escaped slashes": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "json in unicode escapes": (text) => eachUnit(text, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(text).toString("base64url"),
  hex,
  percent: (text) => encodeURIComponent(text),
  "percent of base64": (text) => encodeURIComponent(Buffer.from(text).toString("base64")),
  html: (text) =>
    eachUnit(text, (code) => (/\w/.test(String.fromCharCode(code)) ? String.fromCharCode(code) : `&#${code};`)),
};

/** A secret as it is made by machines: ASCII without blanks, long enough that chance does not write it. */
const secrets = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))),
  minLength: 12,
  maxLength: 40,
});

/** Everything that a reader could make of a text by undoing escapes and codes, a few times over. */
function readings(text: string): string[] {
  const found = new Set([text]);
  for (let round = 0; round < 3; round += 1) {
    for (const each of found) {
      found.add(
        each.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
      );
      found.add(each.replace(/\\(["\\/])/g, "$1"));
      found.add(
        each.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
      );
      found.add(each.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))));
    }
  }
  for (const each of Array.from(found)) {
    for (const run of each.match(/[\w+/-]{8,}=*/g) ?? []) {
      for (let skip = 0; skip < 4; skip += 1) found.add(Buffer.from(run.slice(skip), "base64").toString("latin1"));
    }
    for (const run of each.match(/(?:[0-9a-f]{2}){6,}/gi) ?? []) found.add(Buffer.from(run, "hex").toString("latin1"));
  }
  return [...found];
}

test("C2 no echo of the request gives the secret to the run: in headers, text, JSON or bytes, in no encoding", async () => {
  let reply: ((request: string) => Buffer) | null = null;
  const server = await serve((socket, request) => socket.write(reply!(request)));
  const { gate, logged } = openGate({ findCredential: async () => current, inForce: CRM });
  let current = credential("");
  await fc.assert(
    fc.asyncProperty(
      secrets,
      fc.constantFrom("bearer", "basic", "header" as const),
      fc.constantFrom(...Object.keys(ECHOES)),
      fc.constantFrom("text", "json", "nested", "bytes", "header"),
      async (canary, kind, form, where) => {
        current = credential(kind === "basic" ? `ada:${canary}` : canary, { kind, header: "x-key" } as const);
        reply = (request) => {
          const line = sentHeaders(request).find((each) => /^(?:authorization|x-key)/.test(each)) ?? "";
          const token = line.replace(/^[^:]+: (?:Bearer |Basic )?/, "");
          const echo = `${ECHOES[form]!(token)} ${ECHOES[form]!(canary)}`;
          const json = `{"you sent":"${form.startsWith("json") || form === "html" ? echo : JSON.stringify(echo).slice(1, -1)}"}`;
          if (where === "header") return answer("", { "x-echo": echo.replaceAll(/[^ -~]/g, "") });
          if (where === "json") return answer(json, { "content-type": "application/json" });
          if (where === "nested") return answer(JSON.stringify({ data: json }), { "content-type": "application/json" });
          if (where === "bytes") return answer(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(echo)]));
          return answer(`<p>${echo}</p>`);
        };
        const performed = await gate.perform(callOf({ url: server.url }, { credential: "crm" }));
        const { body, encoding, headers } = resultOf(performed);
        const text = encoding === "base64" ? Buffer.from(body, "base64").toString("latin1") : body;
        const given = [JSON.stringify(performed.audit), JSON.stringify(headers), text, body];
        for (const reading of given.flatMap(readings)) expect(reading).not.toContain(canary);
        // What was JSON still is.
        expect(where !== "json" || text === "[redacted]" || "you sent" in JSON.parse(text)).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
  expect(logged).toEqual([]);
});

test("a session cookie and other headers that are secret by name are masked, also without a credential", async () => {
  const server = await serve((socket) =>
    socket.write(
      "HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nset-cookie: t=2\r\nX-Auth-Token: u\r\nx-a: 1\r\nX-A: 2\r\ncontent-length: 0\r\n\r\n",
    ),
  );
  const { outcome } = await openGate().gate.perform(callOf({ url: server.url }));
  expect(outcome).toMatchObject({
    kind: "done",
    result: {
      headers: { "set-cookie": "[redacted], [redacted]", "x-auth-token": "[redacted]", "x-a": "1, 2" },
      body: "",
    },
  });
});
