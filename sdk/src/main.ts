/** The public entry of the SDK. */
export * from "./api.ts";
export * from "./flow-file.ts";
export { type Answer, type CallArgs, type Client, type ClientOptions, createClient, RawBody } from "./client.ts";
export { defineFlow } from "./define-flow.ts";
export { type EventLimits, type EventsOptions, isTerminal, type SentRunEvent } from "./events.ts";
export { listAll } from "./list-all.ts";
export { ProblemError, type ProblemFields } from "./problem-error.ts";
export type { Fetch } from "./request.ts";
export { routes, type Method, type Route, type RouteName } from "./routes.ts";
