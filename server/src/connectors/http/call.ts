import { type ConnectorAnswer, type ConnectorCall, path as encodedPath, ProviderError } from "@steward/sdk";
import { z } from "zod";

/** Every answer is one that the action understands, but the codes of trouble, unless they are asked for. */
const REDIRECTIONS = Array.from({ length: 100 }, (_, at) => 300 + at);
const TROUBLES = Array.from({ length: 200 }, (_, at) => 400 + at);

const Path = z
  .string()
  .max(2000)
  .regex(/^\/(?!\/)(?!.*\/\/)[^?#\\]*$/, "a path such as /orders/7, without query and fragment")
  .refine((text) => !text.split("/").some((part) => part === "." || part === ".."), "leave out . and ..")
  .describe("Below the connection's address, as it is read: it is encoded as it is sent.");

const Value = z.union([z.string().max(8000), z.number(), z.boolean()]);
const Query = z
  .record(z.string().min(1).max(200), z.union([Value, z.array(z.string().max(8000)).max(100)]))
  .default({})
  .describe("A list repeats the name.");
const Headers = z
  .record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "a header's name"),
    z
      .string()
      .max(8000)
      .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "no line ends"),
  )
  .default({})
  .describe("What proves the connection is added, and can't be replaced.");
const Expect = z
  .enum(["success", "any"])
  .default("success")
  .describe("any: statuses of 400 and more are answers like others.");

export const request = { path: Path, query: Query, headers: Headers, expect: Expect };
export const body = {
  body: z.json().optional().describe("Left out: none."),
  as: z
    .enum(["json", "form", "text", "base64"])
    .default("json")
    .describe("How the body is sent: form takes a flat object; text and base64 a text, its type in headers."),
};

export const Answer = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.json(),
  encoding: z.literal("base64").optional().describe("The body is bytes, in base64."),
});

export interface Request {
  readonly path: string;
  readonly query: z.output<typeof Query>;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: "success" | "any";
  readonly body?: z.core.util.JSONType | undefined;
  readonly as?: "json" | "form" | "text" | "base64";
}

/** The call of an action. Throws a ProviderError for a body that can't be sent as it is said. */
export function callOf(method: ConnectorCall["method"], given: Request): ConnectorCall {
  const { path, query, headers, expect, body: content, as = "json" } = given;
  const names = Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]),
  );
  return {
    method,
    url: encode(path),
    query: names,
    headers,
    accepts: expect === "any" ? [...REDIRECTIONS, ...TROUBLES] : REDIRECTIONS,
    ...(content === undefined ? {} : bodyOf(content, as)),
  };
}

function bodyOf(content: z.core.util.JSONType, as: NonNullable<Request["as"]>): Pick<ConnectorCall, "body" | "as"> {
  const isFlat = typeof content === "object" && content !== null && !Array.isArray(content);
  if (as === "form" && !isFlat) throw rejected("a form's body is an object");
  if ((as === "text" || as === "base64") && typeof content !== "string") throw rejected(`a body as ${as} is a text`);
  return { body: content, as };
}

/** A slash at the end stays: to some servers it is another path. */
function encode(path: string): string {
  const parts = path.split("/").slice(1);
  const end = parts.at(-1) === "" ? "/" : "";
  const encoded = (end === "" ? parts : parts.slice(0, -1)).map((part) => encodedPath`/${part}`);
  return encoded.length === 0 ? "/" : encoded.join("") + end;
}

function rejected(message: string): ProviderError {
  return new ProviderError({ kind: "rejected", message });
}

export function answerOf({ status, headers, body: content, encoding }: ConnectorAnswer): z.output<typeof Answer> {
  return { status, headers, body: content === "" ? null : content, ...(encoding === undefined ? {} : { encoding }) };
}
