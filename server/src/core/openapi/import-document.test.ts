import { describe, expect, test } from "vitest";
import { z } from "zod";
import { fieldsOfSchema } from "../policy/action-fields.ts";
import type { JsonObject } from "../json.ts";
import { callOf, connector, documentOf, imported, operationOf, outputOf, vendor } from "./openapi.testsuite.ts";

describe("vendors' documents", () => {
  test("GitHub's becomes actions that call as its documentation has it", () => {
    const github = connector(vendor("github"), { authentication: "bearer" });
    expect(github.base).toBe("https://api.github.com");
    expect(github.authentication).toEqual([{ kind: "api_key", header: "authorization", prefix: "Bearer " }]);
    expect(callOf(github, "issues_create", { owner: "acme", repo: "shop", body: { title: "It rains" } })).toEqual({
      method: "POST",
      url: "/repos/acme/shop/issues",
      body: { title: "It rains" },
    });
    expect(
      callOf(github, "issues_list_for_repo", { owner: "acme", repo: "shop", labels: "a,b", per_page: 5 }),
    ).toMatchObject({ method: "GET", query: { labels: ["a,b"], per_page: ["5"] } });
    expect(github.actions["issues_list_for_repo"]).toMatchObject({ class: "read", repeat: "safe" });
    expect(github.actions["issues_create"]).toMatchObject({ class: "write", repeat: "never" });
    expect(github.actions["issues_create"]?.input.safeParse({ owner: "acme", repo: "shop", body: {} }).success).toBe(
      false,
    );
  });

  test("an operation with a server of its own at another origin is told, and becomes one of an import of its own", () => {
    expect(connector(vendor("github")).hosts).toEqual(["api.github.com"]);
    expect(imported(vendor("github")).refused).toContainEqual({
      operation: "POST /repos/{owner}/{repo}/releases/{release_id}/assets",
      reason:
        "it goes to https://uploads.github.com: import it by an id of its own (--server https://uploads.github.com)",
    });
    const github = connector(vendor("github"), { server: "https://uploads.github.com" });
    const input = { owner: "acme", repo: "shop", release_id: 7, name: "a b.txt", body: "aGk=" };
    expect(callOf(github, "repos_upload_release_asset", input)).toEqual({
      method: "POST",
      url: "/repos/acme/shop/releases/7/assets",
      query: { name: ["a b.txt"] },
      headers: { "content-type": "application/octet-stream" },
      body: "aGk=",
      as: "base64",
    });
    expect(github.hosts).toEqual(["uploads.github.com"]);
  });

  test.each(["https://api.shop.example:8443/v1", "https://evil.example/v1"])(
    "an operation with the server %s gets no secret of the base's",
    (url) => {
      const own = (server: string): JsonObject => ({ get: { operationId: "own", servers: [{ url: server }] } });
      expect(imported(documentOf({ "/a": own(url) }))).toMatchObject({
        declaration: { operations: [] },
        refused: [{ operation: "GET /a", reason: expect.stringContaining("it goes to https://") }],
      });
      const made = connector(documentOf({ "/a": own("https://api.shop.example/v2") }));
      expect(callOf(made, "own", {}).url).toBe("https://api.shop.example/v2/a");
    },
  );

  test("Stripe's forms are written with brackets, and what it takes as files only is told", () => {
    const stripe = connector(vendor("stripe"));
    expect(callOf(stripe, "postRefunds", { body: { charge: "ch_1", amount: 500, metadata: { order: "7" } } })).toEqual({
      method: "POST",
      url: "/v1/refunds",
      body: { charge: "ch_1", amount: "500", "metadata[order]": "7" },
      as: "form",
    });
    expect(callOf(stripe, "getCharges", { created: { gte: 5 }, expand: ["data.customer"] }).query).toEqual({
      "created[gte]": ["5"],
      "expand[0]": ["data.customer"],
    });
    expect(stripe.authentication.map(({ kind }) => kind)).toEqual(["basic", "api_key"]);
    expect(imported(vendor("stripe")).refused).toEqual([
      { operation: "POST /v1/files", reason: "it takes multipart/form-data" },
    ]);
  });

  test("Notion's, of 3.1, sends the version that it wants with every call", () => {
    const notion = connector(vendor("notion"));
    expect(callOf(notion, "retrieve_a_page", { page_id: "p1" })).toEqual({
      method: "GET",
      url: "/v1/pages/p1",
      headers: { "notion-version": "2025-09-03" },
    });
    expect(notion.actions["delete_a_block"]).toMatchObject({ class: "delete", repeat: "safe" });
  });

  test("Twilio's takes flat forms, and checks what its patterns say", () => {
    const twilio = connector(vendor("twilio"));
    const AccountSid = `AC${"0".repeat(32)}`;
    const given = {
      AccountSid,
      body: {
        To: "+15017122661",
        From: "+15017122662",
        Body: "Hi",
        MediaUrl: ["https://a.example/1", "https://a.example/2"],
      },
    };
    expect(callOf(twilio, "createMessage", given)).toEqual({
      method: "POST",
      url: `/2010-04-01/Accounts/${AccountSid}/Messages.json`,
      body: given.body,
      as: "form",
    });
    const issues = twilio.actions["createMessage"]?.input.safeParse({ ...given, AccountSid: "AC1" }).error?.issues;
    expect(issues).toMatchObject([
      { path: ["AccountSid"], message: expect.stringContaining("at least 34 characters") },
      {},
    ]);
  });

  test.each(["github", "stripe", "notion", "twilio"])(
    "%s: every action has a name, words and schemas to show",
    (name) => {
      const made = connector(vendor(name));
      expect(Object.keys(made.actions).length).toBeGreaterThan(2);
      for (const [id, action] of Object.entries(made.actions)) {
        expect(id).toMatch(/^[a-z][A-Za-z0-9_]{0,62}$/);
        expect(action.title).toMatch(/\S/);
        expect(action.summary).toMatch(/[.!?…]$/);
        const input = z.toJSONSchema(action.input, { io: "output", unrepresentable: "any" }) as JsonObject;
        expect(input["additionalProperties"]).toBe(false);
        if (Object.keys(input["properties"] as JsonObject).length > 0)
          expect(fieldsOfSchema(input).size).toBeGreaterThan(0);
        expect(z.toJSONSchema(action.output)).toMatchObject({ type: "object" });
      }
    },
  );
});

describe("a document", () => {
  test("is refused as a whole where nothing can be made of it", () => {
    expect(() => imported([])).toThrow("it is no object");
    expect(() => imported({ swagger: "2.0" })).toThrow("this is Swagger 2.0: convert it to OpenAPI 3 first");
    expect(() => imported({ openapi: "4.0.0" })).toThrow("OpenAPI 4.0.0 is not read");
    expect(() => imported(documentOf({}, { servers: [] }))).toThrow("names no server");
    expect(() => imported(documentOf({}, { servers: [{ url: "/v1" }] }))).toThrow("can't be used: /v1");
    expect(() => imported(documentOf({}, { servers: [{ url: "http://api.example/" }] }))).toThrow("not by https");
    expect(() => imported(documentOf({}, { servers: [{ url: "https://u:p@api.example/" }] }))).toThrow("can't be used");
  });

  test("goes to the server that is chosen, its variables filled in as its document lets them", () => {
    const variables = { region: { default: "eu", enum: ["eu", "us"] }, tenant: { default: "" } };
    const servers = [{ url: "http://old.example" }, { url: "https://{region}.api.example/{tenant}/", variables }];
    const base = (server: string | number | null, given: Record<string, string>): string =>
      imported(documentOf({}, { servers }), { server, variables: given }).declaration.base;
    expect(base(null, { tenant: "acme" })).toBe("https://eu.api.example/acme");
    expect(base(1, { tenant: "acme", region: "us" })).toBe("https://us.api.example/acme");
    expect(() => base(1, { tenant: "acme", region: "moon" })).toThrow("region is one of");
    expect(() => base(1, {})).toThrow("needs a value for tenant");
    expect(() => base(1, { tenant: "a@evil.example" })).toThrow("can't be");
    expect(() => base(2, {})).toThrow("2 servers");
    expect(base("http://nas.example:8080/api", {})).toBe("http://nas.example:8080/api");
  });

  test("gives each operation a name that depends on nothing else, unless two want one", () => {
    const operation = (operationId?: string): JsonObject => (operationId === undefined ? {} : { operationId });
    const { declaration } = imported(
      documentOf({
        "/a": { get: operation("Get Things!"), post: operation("HTTPSend") },
        "/b/{id}": { get: { parameters: [{ name: "id", in: "path", required: true }] } },
        "/c": { get: operation("twice"), put: operation("twice") },
      }),
    );
    expect(declaration.operations.map(({ id }) => id)).toEqual([
      "get_Things",
      "httpSend",
      "get_b_id",
      "twice_get_c",
      "twice_put_c",
    ]);
  });

  test("tells what of it became no action, and why", () => {
    const { declaration, refused } = imported(
      documentOf(
        {
          "/fine": { get: {} },
          "/remote": {
            post: {
              requestBody: {
                required: true,
                content: { "application/json": { schema: { $ref: "other.yaml#/Thing" } } },
              },
            },
          },
          "/deep": {
            post: { requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/A" } } } } },
          },
          "/gone": { get: { parameters: [{ $ref: "#/components/parameters/Gone" }] } },
          "/circle": { get: { parameters: [{ $ref: "#/components/parameters/Round" }] } },
          "/cookie": { get: { parameters: [{ name: "sid", in: "cookie", required: true }] } },
          "/{x}/unsaid": { get: {} },
          "/a/../b": { get: {} },
          "/a?b=c": { get: {} },
          "/matrix/{id}": { get: { parameters: [{ name: "id", in: "path", required: true, style: "matrix" }] } },
          "/options": { options: {} },
          "/both": { get: { security: [{ key: [], other: [] }] } },
          "/none": { get: { security: [{ strange: [] }] } },
        },
        {
          components: {
            parameters: { Round: { $ref: "#/components/parameters/Round" } },
            schemas: {
              A: { properties: { b: { $ref: "#/components/schemas/B" } } },
              B: { $ref: "https://evil.example/s.json" },
            },
            securitySchemes: {
              key: { type: "apiKey", in: "header", name: "X-Key" },
              other: { type: "http", scheme: "basic" },
              strange: { type: "mutualTLS" },
            },
          },
        },
      ),
    );
    expect(declaration.operations.map(({ path }) => path)).toEqual(["/fine"]);
    expect(Object.fromEntries(refused.map(({ operation, reason }) => [operation, reason]))).toEqual({
      "securitySchemes.strange": "client certificates are not used for imported documents",
      "OPTIONS /options": "OPTIONS is not sent",
      "POST /remote": "it refers to another document: other.yaml#/Thing",
      "POST /deep": "it refers to another document: https://evil.example/s.json",
      "GET /gone": "it refers to what is not there: #/components/parameters/Gone",
      "GET /circle": "its references run in a circle",
      "GET /cookie": "it wants the cookie sid",
      "GET /{x}/unsaid": "its path names {x}, which no parameter is",
      "GET /a/../b": "its path holds what no path of a request does",
      "GET /a?b=c": "its path holds what no path of a request does",
      "GET /matrix/{id}": "its parameter id has the style matrix",
      "GET /both": "it wants key and other at once",
      "GET /none": "it wants strange, which is not supported here: choose the authentication yourself",
    });
  });

  test("has at most 2,000 actions; paths choose which", () => {
    const paths = Object.fromEntries(
      Array.from({ length: 2_100 }, (_, at) => [`/${at < 2_050 ? "a" : "b"}/${at}`, { get: {} }]),
    );
    const all = imported(documentOf(paths));
    expect(all.declaration.operations).toHaveLength(2_000);
    expect(all.refused).toHaveLength(100);
    expect(imported(documentOf(paths), { paths: ["/b/"] }).declaration.operations).toHaveLength(50);
  });

  test("says how one proves oneself, with the scopes that its operations need in words", () => {
    const flow = { tokenUrl: "/token", scopes: { "read:x": "Read <b>things</b>", unused: "Nothing" } };
    const components = {
      securitySchemes: {
        o: {
          type: "oauth2",
          flows: { authorizationCode: { ...flow, authorizationUrl: "https://id.example/authorize" } },
        },
        q: { type: "apiKey", in: "query", name: "api_key" },
      },
    };
    const { declaration } = imported(
      documentOf({ "/x": { get: { security: [{ o: ["read:x"] }, { q: [] }] } } }, { components }),
    );
    expect(declaration.operations[0]?.scopes).toEqual(["read:x"]);
    expect(declaration.scopes).toEqual({ "read:x": "Read things" });
    expect(declaration.authentication).toMatchObject([
      {
        kind: "oauth2",
        authorizationUrl: "https://id.example/authorize",
        tokenUrl: "https://api.shop.example/token",
        pkce: true,
      },
      { kind: "api_key", header: "api_key", in: "query" },
    ]);
  });

  test("keeps the fields that a person marks as destinations, those that are there", () => {
    const made = imported(
      operationOf(
        { requestBody: { content: { "application/json": { schema: { properties: { to: { type: "string" } } } } } } },
        "post",
      ),
      { destination: { try: ["body.to", "nowhere"] } },
    );
    expect(made.declaration.operations[0]?.destination).toEqual(["body.to"]);
    expect(imported(operationOf({})).declaration.operations[0]?.destination).toEqual([]);
  });

  test("lets an operation with an idempotency key be sent again, and sends it by the header", () => {
    const parameters = [{ name: "Idempotency-Key", in: "header", required: true, schema: { type: "string" } }];
    const made = connector(operationOf({ parameters }, "post"));
    expect(made.actions["try"]?.repeat).toBe("key");
    expect(made.idempotencyHeader).toBe("idempotency-key");
    expect(callOf(made, "try", {})).toEqual({ method: "POST", url: "/things" });
  });

  test("gives the answer as it came, with the headers that say something", () => {
    const made = connector(operationOf({ responses: { 200: { headers: { "X-Total": {} } } } }));
    const headers = { "x-total": "7", link: "<…>; rel=next", "set-cookie": "a=b" };
    expect(outputOf(made, "try", {}, { status: 200, headers, body: { any: ["thing"] } })).toEqual({
      status: 200,
      headers: { "x-total": "7", link: "<…>; rel=next" },
      body: { any: ["thing"] },
    });
    expect(outputOf(made, "try", {}, { status: 204, headers: {}, body: "" })).toEqual({
      status: 204,
      headers: {},
      body: null,
    });
  });

  test("reads what a provider says of a failure", () => {
    const made = connector(operationOf({}));
    const failure = (status: number, body: JsonObject) =>
      made.failure({ status, headers: { "retry-after": "7" }, body: body as never });
    expect(failure(401, { error: "invalid_token" })).toMatchObject({
      kind: "reauth_required",
      message: "invalid_token",
    });
    expect(failure(429, { error: { message: "Slow down" } })).toMatchObject({
      kind: "rate_limited",
      message: "Slow down",
      retryAfterMs: 7_000,
    });
    expect(failure(422, { title: "Invalid", detail: "name is missing" })).toMatchObject({
      kind: "rejected",
      message: "name is missing",
    });
    expect(failure(200, {})).toBeNull();
  });

  test("that refers to itself without end costs what it is long", () => {
    const schemas: Record<string, JsonObject> = { Loop: { $ref: "#/components/schemas/Loop" } };
    for (let at = 0; at < 300; at++) {
      const next = { $ref: `#/components/schemas/S${(at + 1) % 300}` };
      schemas[`S${at}`] = {
        anyOf: [{ allOf: [next, next] }, next],
        properties: { a: next, b: next, loop: { $ref: "#/components/schemas/Loop" } },
      };
    }
    const content = { "application/json": { schema: { $ref: "#/components/schemas/S0" } } };
    const made = connector({ ...operationOf({ requestBody: { content } }, "post"), components: { schemas } });
    const input = made.actions["try"]!.input;
    expect(input.safeParse({ body: { loop: 1 } }).error?.issues[0]?.message).toBe("it is too large to be checked");
    expect(JSON.stringify(z.toJSONSchema(input)).length).toBeLessThan(200_000);
    expect(made.actions["try"]?.sample.input).toEqual({});
  });
});
