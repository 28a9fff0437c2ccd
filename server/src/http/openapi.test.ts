import * as sdk from "@steward/sdk";
import { routes, type Route } from "@steward/sdk";
import { z } from "zod";
import { expect, test } from "vitest";
import { ERRORS } from "../core/errors.ts";
import { openApiDocument } from "./openapi.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, { readonly schema: { readonly $ref: string } }> }
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

const document = openApiDocument("1.2.3") as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test("the document is of every route of the table and of no other", () => {
  expect(document.openapi).toBe("3.1.0");
  const described = operations.map(
    ({ path, method, operation }) => `${operation.operationId} ${method.toUpperCase()} ${path}`,
  );
  const named = Object.entries<Route>(routes).map(([name, { method, path }]) => `${name} ${method} ${path}`);
  expect(new Set(described)).toEqual(new Set(named));
  expect(described).toHaveLength(named.length);
});

test("each route's answers, parameters, body and problems are in it", () => {
  for (const { operation } of operations) {
    const route: Route = Object.entries<Route>(routes).find(([name]) => name === operation.operationId)![1];
    for (const status of Object.keys(route.answers)) expect(operation.responses).toHaveProperty(status);
    for (const code of route.problems ?? []) {
      expect(Object.keys(ERRORS)).toContain(code);
      const { status } = Object.entries(ERRORS).find(([name]) => name === code)![1];
      expect(operation.responses[status]?.description).toContain(`\`${code}\``);
    }
    const names = (place: string) =>
      (operation.parameters ?? []).filter((one) => one.in === place).map((one) => one.name);
    expect(names("path")).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    expect(names("query")).toEqual(Object.keys(route.query?.shape ?? {}));
    expect(names("header")).toEqual(route.method === "POST" ? ["Idempotency-Key"] : []);
    expect(operation.requestBody !== undefined).toBe((route.body ?? route.takes) !== undefined);
  }
});

test("every reference leads to a component, and nothing of the maker's is left in it", () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    expect(name).toMatch(/^#\/components\/schemas\/\w+$/);
    expect(document.components.schemas).toHaveProperty(name!.split("/").at(-1)!);
  }
  expect(text).not.toMatch(/__shared|\$defs|\$schema|\$id"/);
});

test("a component that is sent lets defaults be left out and refuses other fields; one that is answered may grow", () => {
  const { FlowFile, Step, Run } = document.components.schemas;
  expect(FlowFile).toMatchObject({ required: ["format", "name", "steps"], additionalProperties: false });
  expect(Step).toMatchObject({ required: ["id", "kind"], additionalProperties: false });
  expect(Run).not.toHaveProperty("additionalProperties");
  expect(Run!["required"]).toContain("endedAt");
});

test("a component that is both sent and answered means the same in both", () => {
  const names = new Map(
    Object.entries(sdk).flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : [])),
  );
  const reach = (from: readonly string[]): Set<string> => {
    const found = new Set(from);
    for (const id of found)
      for (const [, name] of JSON.stringify(document.components.schemas[id] ?? {}).matchAll(/schemas\/(\w+)"/g))
        found.add(name!);
    return found;
  };
  const ids = (pick: (operation: Operation) => unknown): string[] =>
    operations.flatMap(({ operation }) =>
      [...JSON.stringify(pick(operation) ?? {}).matchAll(/schemas\/(\w+)"/g)].map((match) => match[1]!),
    );
  const [sent, answered] = [reach(ids((one) => one.requestBody)), reach(ids((one) => one.responses))];
  for (const name of [...sent].filter((one) => answered.has(one) && names.has(one))) {
    const schema = names.get(name)!;
    expect([name, z.toJSONSchema(schema, { io: "input" })]).toEqual([name, z.toJSONSchema(schema, { io: "output" })]);
  }
});
