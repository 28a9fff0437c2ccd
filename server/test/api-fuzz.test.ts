/** The API called with what its own OpenAPI allows, and with what it doesn't: never a 5xx, never without an answer. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arbitraryOf, type JsonSchema } from "./arbitrary-of-schema.ts";
import { send, type CallOptions } from "./http-server.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonSchema }> };
  readonly responses: Record<string, unknown>;
}
interface Request {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly options: CallOptions;
}

/** More by FUZZ_RUNS. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 600);

let steward: TestSteward;
const known: { slug: string; id: string } = { slug: "fuzz", id: "" };
let operations: { path: string; method: string; operation: Operation }[] = [];
let schemas: Readonly<Record<string, JsonSchema>> = {};

beforeAll(async () => {
  // With the server it brings along: projects get no databases on the one that tests share.
  steward = await startSteward({ DATABASE_URL: "", DATABASE_MIGRATE_URL: "" });
  const body = {
    format: 1,
    name: "Fuzz",
    triggers: [{ id: "in", kind: "webhook" }],
    steps: [{ id: "hold", kind: "wait", input: { event: "go" } }],
  };
  await send(steward.address, "PUT", "/v1/flows/fuzz", { body });
  await send(steward.address, "POST", "/v1/flows/fuzz/publish");
  known.id = String((await send(steward.address, "POST", "/v1/flows/fuzz/runs", { body: {} })).json()["id"]);
  const document = (await send(steward.address, "GET", "/v1/openapi.json")).json() as unknown as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, JsonSchema> };
  };
  // The flow's runs wait for ever: a caller who waits for them would too.
  const { StartRun, ...others } = document.components.schemas;
  schemas = {
    ...others,
    StartRun: {
      ...StartRun,
      properties: { ...StartRun?.properties, wait: { type: "number", minimum: 0, maximum: 0.02 } },
    },
  };
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
});
afterAll(() => steward?.close());

/** Mostly what the schema allows or a name that exists; sometimes anything. */
function requestOf({ path, method, operation }: (typeof operations)[number]): fc.Arbitrary<Request> {
  const strange = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("__proto__", "constructor", "..", "%00", "\u0000", "a/b", "-1", "9".repeat(30), "NaN"),
  );
  const valueOf = (name: string, schema: JsonSchema): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(known[name as keyof typeof known] ?? "1") },
      {
        weight: 3,
        arbitrary: arbitraryOf(schema, schemas).map((value) =>
          typeof value === "string" ? value : JSON.stringify(value),
        ),
      },
      { weight: 2, arbitrary: strange },
    );
  const parameters = (place: string) => (operation.parameters ?? []).filter((one) => one.in === place);
  const values = (place: string, required: boolean): fc.Arbitrary<Record<string, string>> =>
    fc.record(Object.fromEntries(parameters(place).map((one) => [one.name, valueOf(one.name, one.schema)])), {
      requiredKeys: required ? parameters(place).map((one) => one.name) : [],
    });
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body: fc.Arbitrary<unknown> = schema
    ? fc.oneof(
        { weight: 5, arbitrary: arbitraryOf(schema, schemas) },
        { weight: 1, arbitrary: fc.json() },
        { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      )
    : fc.constantFrom(undefined, {}, { id: "x" });
  const key = fc.option(fc.oneof(fc.uuid(), fc.constantFrom("same", " ", "x".repeat(300))), { nil: undefined });
  return fc
    .record({ path: values("path", true), query: values("query", false), body, key, extra: fc.boolean() })
    .map(({ path: names, query, body: sent, key: repeat, extra }) => {
      const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(wellFormed(names[name] ?? "")));
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, wellFormed(value)]),
      );
      if (extra && sent === undefined) search.set("__proto__", "1");
      const headers: Record<string, string> =
        method === "POST" && repeat !== undefined && repeat.trim() !== "" ? { "idempotency-key": repeat } : {};
      const options =
        method === "GET"
          ? { headers }
          : {
              headers: typeof sent === "string" ? { ...headers, "content-type": "application/json" } : headers,
              body: sent,
            };
      return {
        name: operation.operationId,
        method,
        target: search.size > 0 ? `${target}?${search.toString()}` : target,
        options,
      };
    });
}

const wellFormed = (text: string): string => text.toWellFormed();

test(
  "whatever is sent is answered, as the document says, and never by an error of our own",
  async () => {
    // The run waits: its stream would too, and a flow must not be deleted under the others.
    const tried = operations.filter(({ operation }) => !["runEvents", "signOut"].includes(operation.operationId));
    const byName = new Map(tried.map(({ operation }) => [operation.operationId, operation]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(...tried.map(requestOf)), async ({ name, method, target, options }) => {
        const { status, text } = await send(steward.address, method, target, options);
        const seen = () => JSON.stringify({ method, target, body: options.body, text, logs: steward.logs.slice(-3) });
        expect(status < 500 ? "answered" : seen()).toBe("answered");
        expect({
          target,
          status,
          described: Object.keys(byName.get(name)!.responses).includes(String(status)) || status === 405,
        }).toMatchObject({ described: true });
      }),
      { numRuns: RUNS },
    );
  },
  RUNS * 100,
);

test("webhooks answer whatever is sent to them", async () => {
  const published = (await send(steward.address, "POST", "/v1/flows/fuzz/publish")).json() as {
    webhooks?: { url: string }[];
  };
  const hook = published.webhooks ? new URL(published.webhooks[0]!.url).pathname : "/webhooks/none";
  const type = fc.constantFrom(
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "",
    "nonsense",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"),
      fc.string({ unit: "binary" }),
      type,
      fc.uint8Array({ maxLength: 300 }),
      async (method, path, contentType, body) => {
        const target = `${hook}/${encodeURIComponent(wellFormed(path))}?${encodeURIComponent(wellFormed(path))}=1`;
        const { status } = await send(steward.address, method, target, {
          anonymous: true,
          body: Buffer.from(body),
          headers: contentType === "" ? {} : { "content-type": contentType },
        });
        expect({ method, target, status, ok: status < 500 }).toMatchObject({ ok: true });
      },
    ),
    { numRuns: 150 },
  );
});
