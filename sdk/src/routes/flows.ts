import { z } from "zod";
import * as api from "../api.ts";
import { Ended } from "../api/connections.ts";
import { FlowFile, Identifier } from "../flow-file.ts";
import { byFlow, paging, type Route } from "../route.ts";

/** Flows, their drafts and versions. */
export const flowRoutes = {
  listFlows: {
    method: "GET",
    path: "/v1/flows",
    summary: "Flows of the project, by slug",
    access: { in: "project", needs: "flow.read" },
    query: z.object({ ...paging, search: z.string().max(200).optional() }),
    answers: { 200: api.page(api.Flow) },
  },
  getFlow: {
    method: "GET",
    path: "/v1/flows/{slug}",
    summary: "A flow with its draft",
    access: { in: "project", needs: "flow.read" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  putFlow: {
    method: "PUT",
    path: "/v1/flows/{slug}",
    summary: "Store the flow file as the draft (JSON or YAML)",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    body: FlowFile,
    answers: { 200: api.Draft, 201: api.Draft },
    problems: ["flow_invalid"],
  },
  deleteFlow: {
    method: "DELETE",
    path: "/v1/flows/{slug}",
    summary: "Delete a flow, recoverable for 30 days; its runs are cancelled, and the answer says what that stopped",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: Ended },
  },
  restoreFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/restore",
    summary: "Bring a deleted flow back",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  publishFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/publish",
    summary: "Make the draft the published version",
    access: { in: "project", needs: "flow.publish" },
    params: byFlow,
    answers: { 200: api.Published },
    problems: ["flow_has_problems"],
  },
  pauseFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/pause",
    summary: "Stop the flow's triggers",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  resumeFlow: {
    method: "POST",
    path: "/v1/flows/{slug}/resume",
    summary: "Start the flow's triggers again",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  testTrigger: {
    method: "POST",
    path: "/v1/flows/{slug}/triggers/{trigger}/test",
    summary: "Ask a provider once for what a trigger of the draft would start, and start nothing",
    access: { in: "project", needs: "flow.write" },
    params: byFlow.extend({ trigger: Identifier }),
    answers: { 200: api.TriedTrigger },
  },
  listVersions: {
    method: "GET",
    path: "/v1/flows/{slug}/versions",
    summary: "Published versions, newest first",
    access: { in: "project", needs: "flow.read" },
    params: byFlow,
    query: z.object(paging),
    answers: { 200: api.page(api.Version) },
  },
  getVersion: {
    method: "GET",
    path: "/v1/flows/{slug}/versions/{version}",
    summary: "The flow file of a published version",
    access: { in: "project", needs: "flow.read" },
    params: byFlow.extend({ version: z.coerce.number().int().min(1) }),
    answers: { 200: z.json() },
  },
} as const satisfies Record<string, Route>;
