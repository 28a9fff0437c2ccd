/** An OpenAPI document, from its text to the request that leaves. */
import { expect, test } from "vitest";
import { callOf, connection, connections, answer, openGate, serve } from "./gate.testsuite.ts";
import { connector, documentOf } from "../core/openapi/openapi.testsuite.ts";
import type { JsonObject } from "../core/json.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import { boxSecrets } from "./box.testsuite.ts";
import { callConnector } from "./call-connector.ts";
import { uuidOf } from "./policy.testsuite.ts";

const DOCUMENT = documentOf({
  "/orders/{id}": {
    put: {
      operationId: "putOrder",
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    },
    post: {
      operationId: "changeOrder",
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "string" } },
        { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
        { name: "Idempotency-Key", in: "header", schema: { type: "string" } },
      ],
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] } },
        },
      },
    },
  },
});
const JSON_TYPE = { "content-type": "application/json", link: "<next>" };

interface Asking extends Partial<Pick<EffectCall, "intend">> {
  readonly action?: `made.${string}`;
  readonly repeat?: "never" | "key";
}

async function open() {
  const server = await serve((socket) => socket.write(answer(JSON.stringify({ done: true }), JSON_TYPE)));
  const made = connector(DOCUMENT, { server: server.url, destination: { changeOrder: ["body.to"] } });
  const line = { actions: ["made.changeOrder"], when: [{ field: "body.to", domains: ["example.org"] }] };
  const { gate } = openGate({
    connections: connections([connection({ slug: "shop", connector: "made", authentication: "api_key" })]),
    inForce: {
      grants: [
        {
          connection: uuidOf("connection", 0),
          form: { to: "project", connection: "shop", lines: [line, { actions: ["made.putOrder"] }] },
        },
      ],
    },
    actionsOn: (parts) => ({
      "connector.call": callConnector({
        ...parts,
        secrets: boxSecrets(["t0ken-canary"]),
        connectors: connectorsOf([], {
          find: async (_place, id) => (id === "made" ? made : null),
          list: async () => [made],
        }),
      }),
    }),
  });
  const ask = (given: JsonObject, more: Asking = {}) => {
    const { action = "made.changeOrder", repeat = "key", intend } = more;
    const effect = { action, connection: "shop", arguments: given, repeat } as const;
    const written = { action: effect.action, connection: "shop", arguments: given };
    return gate.perform(
      callOf({ url: "" }, effect, { written, idempotencyKey: "key-of-this-effect", ...(intend && { intend }) }),
    );
  };
  return { server, ask };
}

test("is called as it says, with the connection's secret and this effect's key, within its grant", async () => {
  const { server, ask } = await open();
  const { outcome } = await ask({ id: "a/7", tags: ["x", "y"], body: { to: "ann@example.org" } });
  expect(outcome).toEqual({ kind: "done", result: { status: 200, headers: { link: "<next>" }, body: { done: true } } });
  const [request = ""] = server.requests;
  expect(request).toMatch(/^POST \/orders\/a%2F7\?tags=x&tags=y HTTP\/1\.1\r\n/);
  expect(request).toMatch(/^authorization: Bearer t0ken-canary\r\n/im);
  expect(request).toMatch(/^idempotency-key: key-of-this-effect\r\n/im);
  expect(request.split("\r\n\r\n")[1]).toBe('{"to":"ann@example.org"}');
});

test.each<[string, JsonObject, string]>([
  ["what its document does not take", { id: "7", body: {} }, "arguments_invalid"],
  ["a field that it has not", { id: "7", body: { to: "ann@example.org" }, more: 1 }, "arguments_invalid"],
  ["whom the grant does not name", { id: "7", body: { to: "eve@evil.example" } }, "not_granted"],
])("%s is refused before anything leaves", async (_what, given, code) => {
  const { server, ask } = await open();
  expect((await ask(given)).outcome).toMatchObject({ kind: "refused", code });
  expect(server.sockets).toHaveLength(0);
});

test("whether it may be sent again is its method's to say, and goes into the record with the intent", async () => {
  const { server, ask } = await open();
  const intents: (string | undefined)[] = [];
  const intend: EffectCall["intend"] = ({ repeat }) => {
    intents.push(repeat);
    return Promise.resolve({ reserved: "granted", cap: null, approved: true });
  };
  await ask({ id: "7" }, { action: "made.putOrder", repeat: "never", intend });
  await ask({ id: "7", body: { to: "ann@example.org" } }, { repeat: "never", intend });
  expect(server.requests.map((request) => request.split(" ")[0])).toEqual(["PUT", "POST"]);
  expect(intents).toEqual(["safe", undefined]);
});

test("a part of the address that would be another one is refused, though its schema lets it through", async () => {
  const { server, ask } = await open();
  expect((await ask({ id: "..", body: { to: "ann@example.org" } })).outcome).toMatchObject({
    kind: "failed",
    code: "provider_rejected",
  });
  expect(server.sockets).toHaveLength(0);
});
