/** What the program performs itself, without a connector: their canonical arguments as grants and limits see them. */
import type { ActionClass } from "@steward/sdk";
import { z } from "zod";
import type { KnownAction } from "./known-action.ts";

const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** What a request does by its method (RFC 9110, 9.2.1 and 9.3.5). */
export function classOfMethod(method: unknown): ActionClass {
  if (typeof method === "string" && READS.has(method)) return "read";
  return method === "DELETE" ? "delete" : "write";
}

/** As `HttpArguments` has them; the credential is no part of them. */
const HttpInput = z.strictObject({
  method: z.enum(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  url: z.url({ protocol: /^https?$/, error: "give an absolute http or https URL" }),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().nullable().default(null),
});

/** As `SqlArguments` has them. */
const SqlInput = z.strictObject({
  sql: z.string().min(1),
  values: z.array(z.json()).default([]),
  rows: z.int().min(1).default(1000),
  mode: z.enum(["read", "write"]).default("read"),
});

/** As `CodeArguments` has them. */
const CodeInput = z.strictObject({
  runtime: z.enum(["node", "python"]).default("node"),
  source: z.string().min(1),
  argument: z.record(z.string(), z.json()).default({}),
  hosts: z.array(z.string()).default([]),
});

export const OWN_ACTIONS: readonly KnownAction[] = [
  {
    id: "http.request",
    title: "Send an HTTP request",
    connector: null,
    usesCredential: true,
    classes: ["read", "write", "delete"],
    destination: ["url"],
    input: HttpInput,
    classOf: ({ method }) => classOfMethod(method),
  },
  {
    id: "sql.query",
    title: "Run SQL in the project's database",
    connector: null,
    usesCredential: false,
    classes: ["read", "write"],
    destination: [],
    input: SqlInput,
    classOf: ({ mode }) => (mode === "read" ? "read" : "write"),
  },
  {
    id: "code.run",
    title: "Run code that connects to hosts",
    connector: null,
    usesCredential: false,
    classes: ["write"],
    destination: ["hosts"],
    input: CodeInput,
    classOf: () => "write",
  },
];
