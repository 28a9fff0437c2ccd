/** Makes checked values of what a request carries, by the schemas of its route. */
import type { Route } from "@steward/sdk";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { describeIssues } from "../flows/describe-issues.ts";
import type { SentText } from "./route-call.ts";
import { readJson } from "./read-json.ts";

const ISSUES_MAX = 20;
const NOTHING = z.strictObject({});

export interface RouteSchemas {
  readonly route: Route;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  /** Null when the route reads its body itself. */
  readonly body: z.ZodType | null;
}

/** A route's schemas; what they don't name is refused. */
export function schemasOf(route: Route, readsBody: boolean): RouteSchemas {
  return {
    route,
    params: route.params?.strict() ?? NOTHING,
    query: route.query?.strict() ?? NOTHING,
    body: readsBody ? null : (route.body ?? null),
  };
}

/** Names in the path. One that can't be a name names nothing; where the call would make it, it is a field to mend. */
export function parseParams(schemas: RouteSchemas, params: unknown): unknown {
  const result = schemas.params.safeParse(params);
  if (result.success) return result.data;
  if (schemas.route.method === "PUT") throw invalid(result.error, "the path");
  const [{ field, message } = { field: "name", message: "is no name" }] = describeIssues(result.error.issues, 1);
  throw new AppError("not_found", `There is nothing of that name: the ${field} in the path can't be one (${message}).`);
}

export function parseQuery(schemas: RouteSchemas, query: unknown): unknown {
  const result = schemas.query.safeParse(query);
  if (!result.success) throw invalid(result.error, "the query");
  return result.data;
}

/** An empty body is the empty object; a route without a body takes only that. */
export function parseBody(schemas: RouteSchemas, sent: SentText): unknown {
  const schema = schemas.body ?? NOTHING;
  const result = schema.safeParse(readJson(sent.content, sent.mediaType) ?? {});
  if (!result.success) throw invalid(result.error, "the body");
  return schemas.body ? result.data : null;
}

function invalid(error: z.ZodError, where: string): AppError {
  const issues = describeIssues(error.issues, ISSUES_MAX);
  const { field, message } = issues[0] ?? { field: "", message: "is not valid" };
  const named = field === "" ? where : `${field} in ${where}`;
  return new AppError("value_invalid", `${named}: ${message}`, { field, issues });
}
