/** What is done without a connector, as grants and limits name it. */
import type { JsonSchema } from "./schema-fields.ts";

export interface OfferedAction {
  /** `gmail.send` */
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  readonly input: JsonSchema;
}

const text = { type: "string" };

/** With a credential of the `http` step. */
export const HTTP_REQUEST: OfferedAction = {
  id: "http.request",
  title: "Send an HTTP request",
  classes: ["read", "write", "delete"],
  input: {
    type: "object",
    properties: {
      method: { enum: ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] },
      url: text,
      headers: { type: "object", additionalProperties: text },
      body: { anyOf: [text, { type: "null" }] },
    },
    required: ["url"],
  },
};

/** In the project's own database. */
export const SQL_QUERY: OfferedAction = {
  id: "sql.query",
  title: "Run SQL in the project's database",
  classes: ["read", "write"],
  input: {
    type: "object",
    properties: {
      sql: text,
      values: { type: "array", items: {} },
      rows: { type: "integer" },
      mode: { enum: ["read", "write"] },
    },
    required: ["sql"],
  },
};

export const OWN_ACTIONS: readonly OfferedAction[] = [HTTP_REQUEST, SQL_QUERY];

/** Whether a pattern of a line takes the action in; the same rule as the server's. */
export function takesIn(pattern: string, { id, classes }: Pick<OfferedAction, "id" | "classes">): boolean {
  if (pattern === "*" || pattern === id || classes.includes(pattern)) return true;
  return pattern.endsWith(".*") && id.startsWith(pattern.slice(0, -1));
}
