/**
 * Every route of the API in one table: the server registers exactly these, the client calls
 * them by name, `/v1/openapi.json` is made from them. A route is added here and nowhere else.
 */
import { z } from "zod";
import * as api from "./api.ts";
import { FlowFile, Identifier, Slug } from "./flow-file.ts";

export type Method = "GET" | "PUT" | "POST" | "DELETE";

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Statuses and bodies of the answers that are not problems. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** Codes of the problems this route gives beyond those of every route. */
  readonly problems?: readonly string[];
}

const flow = z.object({ slug: Slug });
const run = z.object({ id: z.string().max(64) });
const paging = { cursor: api.Cursor.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) };

export const routes = {
  me: { method: "GET", path: "/v1/me", summary: "Who this key is, and its project", answers: { 200: api.Me } },
  createLink: {
    method: "POST",
    path: "/v1/session-links",
    summary: "A link into the page that lets in once, for 15 minutes",
    answers: { 201: api.SessionLink },
  },
  signOut: {
    method: "DELETE",
    path: "/v1/session",
    summary: "End the browser's session that makes this call",
    answers: { 204: z.null() },
  },
  listFlows: {
    method: "GET",
    path: "/v1/flows",
    summary: "Flows of the project, by slug",
    query: z.object({ ...paging, search: z.string().max(200).optional() }),
    answers: { 200: api.page(api.Flow) },
  },
  getFlow: {
    method: "GET",
    path: "/v1/flows/{slug}",
    summary: "A flow with its draft",
    params: flow,
    answers: { 200: api.FlowDetail },
  },
  putFlow: {
    method: "PUT",
    path: "/v1/flows/{slug}",
    summary: "Store the flow file as the draft (JSON or YAML)",
    params: flow,
    body: FlowFile,
    answers: { 200: api.Draft, 201: api.Draft },
    problems: ["flow_invalid"],
  },
  deleteFlow: {
    method: "DELETE",
    path: "/v1/flows/{slug}",
    summary: "Delete a flow; recoverable for 30 days",
    params: flow,
    answers: { 204: z.null() },
  },
  restoreFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/restore",
    summary: "Bring a deleted flow back",
    params: flow,
    answers: { 200: api.FlowDetail },
  },
  publishFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/publish",
    summary: "Make the draft the published version",
    params: flow,
    answers: { 200: api.Published },
    problems: ["flow_has_problems"],
  },
  pauseFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/pause",
    summary: "Stop the flow's triggers",
    params: flow,
    answers: { 200: api.FlowDetail },
  },
  resumeFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/resume",
    summary: "Start the flow's triggers again",
    params: flow,
    answers: { 200: api.FlowDetail },
  },
  listVersions: {
    method: "GET",
    path: "/v1/flows/{slug}/versions",
    summary: "Published versions, newest first",
    params: flow,
    query: z.object(paging),
    answers: { 200: api.page(api.Version) },
  },
  getVersion: {
    method: "GET",
    path: "/v1/flows/{slug}/versions/{version}",
    summary: "The flow file of a published version",
    params: flow.extend({ version: z.coerce.number().int().min(1) }),
    answers: { 200: z.json() },
  },
  startRun: {
    method: "POST",
    path: "/v1/flows/{slug}/runs",
    summary: "Start a run; with `wait`, answer when it has finished",
    params: flow,
    body: api.StartRun,
    answers: { 200: api.Run, 202: api.Run },
    problems: ["flow_unpublished", "flow_paused", "overloaded"],
  },
  listRuns: {
    method: "GET",
    path: "/v1/runs",
    summary: "Runs, newest first",
    query: z.object({ ...paging, flow: Slug.optional(), status: api.RunStatus.optional() }),
    answers: { 200: api.page(api.RunSummary) },
  },
  getRun: { method: "GET", path: "/v1/runs/{id}", summary: "A run", params: run, answers: { 200: api.Run } },
  listSteps: {
    method: "GET",
    path: "/v1/runs/{id}/steps",
    summary: "The run's step records in order",
    params: run,
    query: z.object({ ...paging, step: Identifier.optional() }),
    answers: { 200: api.page(api.StepRecord) },
  },
  runEvents: {
    method: "GET",
    path: "/v1/runs/{id}/events",
    summary: "Committed records as they come (server-sent events, Last-Event-ID)",
    params: run,
    answers: { 200: api.RunEvent },
  },
  sendEvent: {
    method: "POST",
    path: "/v1/runs/{id}/events",
    summary: "Send an event to a waiting run",
    params: run,
    body: api.SendEvent,
    answers: { 202: api.Run },
    problems: ["run_finished"],
  },
  cancelRun: {
    method: "POST",
    path: "/v1/runs/{id}/cancel",
    summary: "Stop a run and what it has in flight",
    params: run,
    answers: { 200: api.Run, 202: api.Run },
    problems: ["run_finished"],
  },
  retryRun: {
    method: "POST",
    path: "/v1/runs/{id}/retry",
    summary: "Run again as a new run, keeping the records before the step",
    params: run,
    body: api.RetryRun,
    answers: { 202: api.Run },
    problems: ["run_not_finished"],
  },
  resolveEffect: {
    method: "POST",
    path: "/v1/runs/{id}/resolve",
    summary: "Say what became of an unknown effect, or let a parked run go on",
    params: run,
    body: api.ResolveEffect,
    answers: { 202: api.Run },
    problems: ["nothing_to_resolve", "run_finished"],
  },
  listCredentials: {
    method: "GET",
    path: "/v1/credentials",
    summary: "Credentials, without their secrets",
    query: z.object(paging),
    answers: { 200: api.page(api.Credential) },
  },
  putCredential: {
    method: "PUT",
    path: "/v1/credentials/{slug}",
    summary: "Set a credential (write-only)",
    params: flow,
    body: api.PutCredential,
    answers: { 200: api.Credential },
  },
  deleteCredential: {
    method: "DELETE",
    path: "/v1/credentials/{slug}",
    summary: "Erase a credential",
    params: flow,
    answers: { 204: z.null() },
  },
  listVariables: {
    method: "GET",
    path: "/v1/variables",
    summary: "Variables of the project",
    query: z.object(paging),
    answers: { 200: api.page(api.Variable) },
  },
  putVariable: {
    method: "PUT",
    path: "/v1/variables/{name}",
    summary: "Set a variable",
    params: z.object({ name: Identifier }),
    body: api.PutVariable,
    answers: { 200: api.Variable },
  },
  deleteVariable: {
    method: "DELETE",
    path: "/v1/variables/{name}",
    summary: "Erase a variable",
    params: z.object({ name: Identifier }),
    answers: { 204: z.null() },
  },
  listExamples: {
    method: "GET",
    path: "/v1/examples",
    summary: "Example flow files that come with Steward",
    answers: { 200: api.page(api.Example) },
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
