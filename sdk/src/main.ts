/** The public entry of the SDK. */
export * from "./api.ts";
export * from "./api/accounts.ts";
export * from "./api/approvals.ts";
export * from "./api/audit.ts";
export * from "./api/budgets.ts";
export * from "./api/connections.ts";
export * from "./api/files.ts";
export * from "./api/grants.ts";
export * from "./api/imported-connectors.ts";
export * from "./api/installation.ts";
export * from "./api/outbound.ts";
export * from "./api/people.ts";
export * from "./api/encryption-keys.ts";
export * from "./api/requests.ts";
export * from "./api/sign-on.ts";
export * from "./api/tables.ts";
export * from "./api/prove.ts";
export * from "./agent-file.ts";
export * from "./connector.ts";
export * from "./flow-file.ts";
export * from "./model-actions.ts";
export { modelFields } from "./model-fields.ts";
export {
  type Answer,
  type CallArgs,
  type Client,
  type ClientOptions,
  createClient,
  RawBody,
  type StreamableBody,
} from "./client.ts";
export type { Download } from "./download.ts";
export { defineFlow } from "./define-flow.ts";
export { type EventLimits, type EventsOptions, isTerminal, type SentRunEvent } from "./events.ts";
export { listAll } from "./list-all.ts";
export { ProblemError, type ProblemFields } from "./problem-error.ts";
export type { Fetch } from "./request.ts";
export * from "./permissions.ts";
export {
  createSignInClient,
  type NewPerson,
  type NewSecondFactor,
  type Passkey,
  type SignInClient,
  type SignInStep,
} from "./sign-in.ts";
export { createSessionClient, type SessionClient, type SessionClientOptions } from "./session-client.ts";
export { type Method, type Route } from "./route.ts";
export { routes, type RouteName } from "./routes.ts";
export type { UploadProgress } from "./upload.ts";
export { PROJECT_NEEDS } from "./routes/projects.ts";
