import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Ended } from "../core/ports/gate.ts";
import { ACTIONS, BOX_GRANT, boxCall, boxSecrets, openBox } from "./box.testsuite.ts";
import { answer, serve, settled } from "./gate.testsuite.ts";
import { uuidOf } from "./policy.testsuite.ts";

const JSON_TYPE = { "content-type": "application/json" };
const ok = (value: Json): Buffer => answer(JSON.stringify(value), JSON_TYPE);
const line = (request: string | undefined): string => (request ?? "").split("\r\n")[0] ?? "";
const header = (request: string | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "im").exec(request ?? "")?.[1]?.trim();
const bodyOf = (request: string | undefined): string => (request ?? "").split("\r\n\r\n")[1] ?? "";

/** A status with a body, as a provider gives it. */
function status(code: number, body: Json = {}, headers: Record<string, string> = {}): Buffer {
  const plain = ok(body).toString("latin1");
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(plain.replace("200 OK\r\n", `${code} X\r\n${more.join("")}`), "latin1");
}

/** A provider that answers in turn; the last answer stays. */
async function provider(...answers: readonly Buffer[]) {
  let next = 0;
  return serve((socket) => socket.write(answers[Math.min(next++, answers.length - 1)]!));
}

const ITEM = { id: "7", text: "hi", secretOfProvider: "dropped by the schema" };

test("an action's calls are made with the connection's secret, and its output is what the schema lets through", async () => {
  const server = await provider(ok({ id: "1" }), ok(ITEM));
  const { gate } = openBox(server);
  const call = boxCall("both");
  const { outcome, audit } = await gate.perform(call);
  expect(outcome).toEqual({ kind: "done", result: { id: "7", text: "hi" } });
  expect(server.requests.map(line)).toEqual(["GET /items/1 HTTP/1.1", "POST /items HTTP/1.1"]);
  for (const request of server.requests) {
    expect(header(request, "authorization")).toBe("Bearer t0ken-canary");
    expect(header(request, "accept")).toBe("application/json");
  }
  expect(bodyOf(server.requests[1])).toBe('{"text":"hello"}');
  const common = {
    effect: "box.both",
    connection: showId("con", uuidOf("connection", 0)),
    host: "127.0.0.1",
    digest: expect.stringMatching(/^[\w-]{43}$/),
  };
  const decided = { decidedBy: showId("grt", uuidOf("grant", 0)), line: 0, approval: null, repeat: "never" };
  expect(call.intents).toMatchObject([[{ action: "effect.intent", facts: { ...common, ...decided } }]]);
  expect(audit).toMatchObject([
    { action: "effect.outcome", facts: { ...common, outcome: "done", calls: 2, status: 200, answeredBy: "127.0.0.1" } },
  ]);
  expect(JSON.stringify([call.intents, audit])).not.toMatch(/canary|hello|hi/);
});

test("bodies and queries are encoded as the call says, and nothing can replace the secret", async () => {
  const server = await provider(ok(ITEM));
  const { gate } = openBox(server);
  for (const action of ["form", "text", "bytes", "query", "stealing"]) await gate.perform(boxCall(action));
  const [form, text, bytes, query, stealing] = server.requests;
  expect([header(form, "content-type"), bodyOf(form)]).toEqual(["application/x-www-form-urlencoded", "a=x+y&b=1&b=2"]);
  expect([header(text, "content-type"), bodyOf(text)]).toEqual(["text/x", "plain"]);
  expect([header(bytes, "content-type"), bodyOf(bytes)]).toEqual([undefined, "hi"]);
  expect(line(query)).toBe("GET /q?a=x%26y&b=1&b=2&e=7 HTTP/1.1");
  expect(stealing!.match(/^authorization: .*$/gim)).toEqual(["authorization: Bearer t0ken-canary"]);
  expect(header(stealing, "x-a")).toBe("1");
});

test("the user of a basic connection stands in a path as one part of it, whatever it is", async () => {
  const server = await provider(ok(ITEM));
  const named = (user: string) =>
    openBox(server, { secrets: boxSecrets(["x"], { basic: { user, password: "p" } }) }).gate.perform(boxCall("named"));
  expect((await named("AC/1")).outcome.kind).toBe("done");
  expect(line(server.requests[0])).toBe("GET /users/AC%2F1/items HTTP/1.1");
  for (const user of ["..", "."]) expect((await named(user)).outcome.kind).toBe("refused");
  expect(server.requests).toHaveLength(1);
});

test("E1 E3 neither is the secret asked for nor a connection made before the intent is committed", async () => {
  const server = await provider(ok(ITEM));
  const commit = Promise.withResolvers<never>();
  const { gate, secrets } = openBox(server);
  const performed = gate.perform(boxCall("write", {}, { intend: () => commit.promise }));
  await settled();
  expect([secrets.asked.length, server.sockets.length]).toEqual([0, 0]);
  commit.reject(new Error("the run was lost"));
  await expect(performed).rejects.toThrow("lost");
  await settled();
  expect([secrets.asked.length, server.sockets.length]).toEqual([0, 0]);
});

describe("what the provider answers", () => {
  const end = async (action: string, ...answers: readonly Buffer[]): Promise<Ended> => {
    const server = await provider(...answers);
    return openBox(server).gate.perform(boxCall(action));
  };

  test.each([
    [403, "not_available"],
    [404, "provider_not_found"],
    [400, "provider_rejected"],
    [503, "provider_unavailable"],
  ])("%i is a known failure, of a read and a write alike", async (code, known) => {
    for (const action of ["read", "write"])
      expect((await end(action, status(code))).outcome).toMatchObject({ kind: "failed", code: known });
  });

  test("a provider that is busy says when to come back, by a time or a moment", async () => {
    expect((await end("write", status(429))).outcome).toEqual({
      kind: "failed",
      code: "rate_limited",
      message: "slow down",
      afterMs: 30_000,
    });
    // The clock stands at 1 s.
    expect((await end("write", status(430))).outcome).toMatchObject({ afterMs: 60_000 });
  });

  test("an answer that nobody can read leaves a write unknown, and a read failed", async () => {
    for (const garbage of [answer("<html>"), ok([]), ok({ id: 7 })]) {
      expect((await end("read", garbage)).outcome).toMatchObject({ kind: "failed", code: "provider_unreadable" });
      expect((await end("write", garbage)).outcome).toMatchObject({ kind: "unknown", code: "provider_unreadable" });
    }
    expect((await end("both", answer("<html>"))).outcome).toMatchObject({ kind: "failed" });
  });

  test("a status that a call accepts is for the action to read", async () => {
    expect((await end("missing", status(404, { id: "none" }))).outcome).toMatchObject({
      kind: "done",
      result: { id: "none" },
    });
  });

  test("it counts against a rate unless it is known not to have been done", async () => {
    const inForce = {
      grants: [{ ...BOX_GRANT.grants![0]!, form: { ...BOX_GRANT.grants![0]!.form!, lines: [RATED] } }],
    };
    const settle = async (action: string, ...answers: readonly Buffer[]) => {
      const server = await provider(...answers);
      return (await openBox(server, { inForce }).gate.perform(boxCall(action))).settle.map(({ amount }) => amount);
    };
    expect(await settle("write", ok(ITEM))).toEqual([null]);
    expect(await settle("write", answer("<html>"))).toEqual([null]);
    expect(await settle("write", status(503))).toEqual([null]);
    expect(await settle("write", status(400))).toEqual([0n]);
    expect(await settle("both", status(503))).toEqual([0n]);
    expect(await settle("elsewhere", ok(ITEM))).toEqual([0n]);
  });
});
const RATED = { actions: ["box.*"], rate: [{ times: 20, per: "day" as const }] };

describe("a secret that the provider refuses before its time", () => {
  test("is asked for anew, once, and the same call goes out with it", async () => {
    const server = await provider(ok({ id: "1" }), status(401), ok(ITEM));
    const { gate, secrets } = openBox(server, { secrets: boxSecrets(["old-canary", "new-canary"]) });
    expect((await gate.perform(boxCall("both"))).outcome).toMatchObject({ kind: "done" });
    expect(server.requests.map((each) => [line(each), header(each, "authorization")])).toEqual([
      ["GET /items/1 HTTP/1.1", "Bearer old-canary"],
      ["POST /items HTTP/1.1", "Bearer old-canary"],
      ["POST /items HTTP/1.1", "Bearer new-canary"],
    ]);
    expect(secrets.asked.map(({ refused }) => refused)).toEqual([undefined, "old-canary"]);
  });

  test("ends as reauth_required where there is no newer one, or that one is refused too", async () => {
    const server = await provider(status(401));
    for (const secrets of [boxSecrets(["one"]), boxSecrets(["one", "two", "three"])]) {
      const { outcome } = await openBox(server, { secrets }).gate.perform(boxCall("write"));
      expect(outcome).toMatchObject({ kind: "failed", code: "reauth_required" });
      expect(secrets.asked).toHaveLength(2);
    }
    const dead = { kind: "refused", code: "reauth_required", message: "connect it again" } as const;
    const { outcome } = await openBox(server, { secrets: boxSecrets(["one"], {}, dead) }).gate.perform(
      boxCall("write"),
    );
    expect(outcome).toMatchObject({ kind: "refused", code: "reauth_required" });
    expect(server.requests).toHaveLength(1 + 2 + 1);
  });
});

describe("R5 a call that was cut off", () => {
  async function fate(action: string, reply: Parameters<typeof serve>[0], timeoutMs = 5_000) {
    const server = await serve(reply);
    return (await openBox(server).gate.perform(boxCall(action, { timeoutMs }))).outcome;
  }

  test.each([
    ["reset", (socket: { resetAndDestroy(): unknown }) => void socket.resetAndDestroy()],
    [
      "truncated",
      (socket: { end(text: string): unknown }) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
    ],
    ["protocol", (socket: { end(text: string): unknown }) => void socket.end("hello?\r\n\r\n")],
  ] as const)(
    "is known not to have done anything when it only reads, and unknown when it writes: %s",
    async (code, reply) => {
      const given = reply as Parameters<typeof serve>[0];
      expect(await fate("read", given)).toMatchObject({ kind: "failed", code });
      expect(await fate("both", given)).toMatchObject({ kind: "failed", code });
      expect(await fate("searched", given)).toMatchObject({ kind: "failed", code });
      expect(await fate("write", given)).toMatchObject({ kind: "unknown", code });
    },
  );

  test("by its time is the same", async () => {
    expect(await fate("read", () => undefined, 30)).toMatchObject({ kind: "failed", code: "timeout" });
    expect(await fate("write", () => undefined, 30)).toMatchObject({ kind: "unknown", code: "timeout" });
  });

  test("by its run is unknown when it writes; a read has not begun what it is for, so that the engine may begin anew", async () => {
    for (const [action, kind, code] of [
      ["write", "unknown", "aborted"],
      ["read", "refused", "cancelled"],
    ] as const) {
      const server = await serve(() => undefined);
      const call = boxCall(action);
      const performed = openBox(server).gate.perform(call);
      while (server.requests.length === 0) await settled();
      call.controller.abort();
      expect((await performed).outcome).toMatchObject({ kind, code });
    }
  });

  test("all calls together have the step's time", async () => {
    const server = await provider(ok({ id: "1" }));
    // Each look at the clock takes 5 ms.
    const { outcome } = await openBox(server).gate.perform(boxCall("patient", { timeoutMs: 60 }));
    expect(outcome).toMatchObject({ kind: "failed", code: "timeout" });
    expect(server.requests.length).toBeLessThan(20);
  });
});

test("a host that is none of the connector's, or none of the connection's, is refused and in the audit", async () => {
  const server = await provider(ok(ITEM));
  const call = boxCall("elsewhere");
  const { outcome, audit } = await openBox(server).gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "host_not_allowed" });
  expect(audit).toMatchObject([{ facts: { outcome: "refused", refusedHost: "evil.test", calls: 0 } }]);
  const narrow = openBox(server, { secrets: boxSecrets(["x"], { hosts: ["api.box.test"] }) });
  expect((await narrow.gate.perform(boxCall("read"))).outcome).toMatchObject({ code: "host_not_allowed" });
  expect((await openBox(server).gate.perform(boxCall("climbing"))).outcome.kind).toBe("refused");
  expect(server.sockets).toHaveLength(0);
});

describe("a connector that breaks its contract", () => {
  test("is stopped after 20 reads, and 20 reads and a write are in order", async () => {
    const server = await provider(ok(ITEM));
    const { gate, logged } = openBox(server);
    expect((await gate.perform(boxCall("greedy"))).outcome).toMatchObject({ kind: "failed", code: "connector_failed" });
    expect(server.requests).toHaveLength(20);
    expect(logged.join()).toContain("box.greedy");
    expect((await gate.perform(boxCall("patient"))).outcome.kind).toBe("done");
  });

  test("leaves what it wrote unknown when it asks on, or fails", async () => {
    const server = await provider(ok(ITEM));
    const { gate } = openBox(server);
    expect((await gate.perform(boxCall("twice"))).outcome).toMatchObject({ kind: "unknown", code: "connector_failed" });
    expect(server.requests).toHaveLength(1);
  });

  test("is at fault with what it throws, and its message, which may quote the answer, is nowhere", async () => {
    const server = await provider(ok(ITEM));
    const throwing = (when: "before" | "after" | "failure") => ({
      actions: {
        write: {
          ...ACTIONS["write"]!,
          *perform() {
            if (when === "before") throw new TypeError("canary-content");
            yield { method: "POST", url: "/items" } as const;
            throw new TypeError("canary-content");
          },
        },
      },
      ...(when === "failure" && {
        failure() {
          throw new TypeError("canary-content");
        },
      }),
    });
    for (const [when, kind] of [
      ["before", "failed"],
      ["after", "unknown"],
      ["failure", "unknown"],
    ] as const) {
      const { gate, logged } = openBox(server, { connector: throwing(when) });
      const performed = await gate.perform(boxCall("write"));
      expect(performed.outcome).toMatchObject({ kind, code: "connector_failed" });
      expect(logged.join()).toContain("TypeError");
      expect(JSON.stringify([performed.outcome, performed.audit, logged])).not.toContain("canary");
    }
  });
});

describe("before anything is sent", () => {
  test("a scope that was not granted refuses the action, without an intent and without a secret", async () => {
    const server = await provider(ok(ITEM));
    const { gate, secrets } = openBox(server, { row: { scopes: ["box.other"] } });
    const call = boxCall("write");
    const { outcome, audit } = await gate.perform(call);
    expect(outcome).toMatchObject({ kind: "refused", code: "not_available" });
    expect(audit).toMatchObject([{ action: "effect.refused", facts: { check: "scope" } }]);
    expect([call.intents.length, secrets.asked.length, server.sockets.length]).toEqual([0, 0, 0]);
  });

  test("a scope that was taken away since the row was read does too, and a key has no scopes", async () => {
    const server = await provider(ok(ITEM));
    const taken = openBox(server, { secrets: boxSecrets(["x"], { scopes: [] }) });
    expect((await taken.gate.perform(boxCall("write"))).outcome).toMatchObject({ code: "not_available" });
    expect(server.sockets).toHaveLength(0);
    const key = openBox(server, {
      row: { scopes: [], authentication: "api_key" },
      secrets: boxSecrets(["x"], { scopes: [], authentication: "api_key" }),
    });
    expect((await key.gate.perform(boxCall("write"))).outcome.kind).toBe("done");
  });

  test("an unknown action, a connection of another connector and wrong arguments are refused", async () => {
    const server = await provider(ok(ITEM));
    const check = async (performed: Promise<Ended>) => (await performed).audit[0]?.facts["check"];
    const { gate } = openBox(server);
    for (const action of ["nothing", "constructor", "__proto__"])
      expect(await check(gate.perform(boxCall(action)))).toBe("action");
    expect(await check(openBox(server, { row: { connector: "slack" } }).gate.perform(boxCall("write")))).toBe("action");
    const wrong = boxCall("write", { arguments: { id: 7, evil: "canary-value" } });
    const { outcome, audit } = await gate.perform(wrong);
    expect(outcome).toMatchObject({ kind: "refused", code: "arguments_invalid" });
    expect(JSON.stringify([outcome, audit])).not.toContain("canary");
    expect(server.sockets).toHaveLength(0);
  });

  test("a secret that can't be had now fails, to be tried again when the provider says", async () => {
    const server = await provider(ok(ITEM));
    const busy = {
      kind: "failed",
      code: "connection_unavailable",
      message: "the provider is down",
      retryAfterMs: 5_000,
    } as const;
    const { outcome } = await openBox(server, { secrets: boxSecrets([], {}, busy) }).gate.perform(boxCall("write"));
    expect(outcome).toEqual({
      kind: "failed",
      code: "connection_unavailable",
      message: "the provider is down",
      afterMs: 5_000,
    });
    expect(server.sockets).toHaveLength(0);
  });
});

test("the idempotency key goes with the call that writes, in the connector's own header, and with no read", async () => {
  const server = await provider(ok(ITEM));
  const { gate } = openBox(server);
  for (let sending = 0; sending < 2; sending += 1)
    await gate.perform(boxCall("keyed", { repeat: "key" }, { idempotencyKey: "k-1" }));
  expect(server.requests.map((each) => header(each, "x-once"))).toEqual([undefined, "k-1", undefined, "k-1"]);
});

test("what an action is named by is the same at every sending of one effect, and of no other", async () => {
  const server = await provider(ok(ITEM));
  const keys: string[] = [];
  const connector = {
    actions: {
      write: {
        ...ACTIONS["write"]!,
        *perform(_input: unknown, key: string) {
          keys.push(key);
          return { id: key };
        },
      },
    },
  } as never;
  const { gate } = openBox(server, { connector });
  await gate.perform(boxCall("write"));
  await gate.perform(boxCall("write", {}, { attempt: 2 }));
  await gate.perform(boxCall("write", {}, { path: [1] }));
  await gate.perform(boxCall("write", {}, { run: "run_2" }));
  expect(keys[0]).toBe(keys[1]);
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._-]+$/);
});

const ECHOES: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  percent: (text) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  hex: (text) => Buffer.from(text).toString("hex"),
  base64: (text) => Buffer.from(`before ${text} after`).toString("base64"),
  base64url: (text) => Buffer.from(`b${text}`).toString("base64url"),
  json: (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll("/", String.raw`\/`),
  unicode: (text) => Array.from(text, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  html: (text) => Array.from(text, (each) => `&#${each.charCodeAt(0)};`).join(""),
};

test("C2 no echo of a provider's gives the connection's secret to the run, the audit or the log, in no encoding", async () => {
  let reply: () => Buffer = () => ok(ITEM);
  const server = await serve((socket) => socket.write(reply()));
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(..."abcXYZ0189+/=._-".split("")) }),
      fc.constantFrom(...Object.keys(ECHOES)),
      fc.constantFrom("text", "failure", "garbage", "number"),
      async (canary, form, where) => {
        const echo = ECHOES[form]!(canary);
        const within = form === "unicode" || form === "json" ? echo : JSON.stringify(echo).slice(1, -1);
        const json = (code: number, text: string): Buffer =>
          Buffer.from(
            `HTTP/1.1 ${code} X\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
          );
        reply = () => {
          if (where === "failure") return json(500, `{"message":"${within}"}`);
          if (where === "garbage") return answer(`<p>${echo}</p>`, { "x-echo": "x" });
          return json(200, `{"id":"1","text":"you sent ${within}"}`);
        };
        const { gate, logged } = openBox(server, {
          secrets: boxSecrets([canary]),
          connector: {
            failure: ({ status: code, body }) =>
              code < 300 ? null : { kind: "unavailable", message: JSON.stringify(body) },
          },
        });
        const performed = await gate.perform(boxCall("read"));
        const given = JSON.stringify([performed.outcome, performed.audit, logged]);
        for (const reading of [given, given.replaceAll("\\\\", "\\")]) {
          for (const shown of [canary, echo, Buffer.from(canary).toString("base64").replace(/=+$/, "").slice(2, -2)])
            expect(reading).not.toContain(shown);
        }
      },
    ),
    { numRuns: 200 },
  );
});
