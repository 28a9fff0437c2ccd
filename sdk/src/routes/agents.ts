import { z } from "zod";
import { AgentFile } from "../agent-file.ts";
import * as api from "../api.ts";
import { Ended } from "../api/connections.ts";
import { byFlow, paging, type Route } from "../route.ts";

/** Agents: flows of a kind of their own, whose draft is an agent file. Permissions are those of flows. */
export const agentRoutes = {
  listAgents: {
    method: "GET",
    path: "/v1/agents",
    summary: "Agents of the project, by slug",
    access: { in: "project", needs: "flow.read" },
    query: z.object({ ...paging, search: z.string().max(200).optional() }),
    answers: { 200: api.page(api.Flow) },
  },
  getAgent: {
    method: "GET",
    path: "/v1/agents/{slug}",
    summary: "An agent with its draft",
    access: { in: "project", needs: "flow.read" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  putAgent: {
    method: "PUT",
    path: "/v1/agents/{slug}",
    summary: "Store the agent file as the draft (JSON or YAML)",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    body: AgentFile,
    answers: { 200: api.Draft, 201: api.Draft },
    problems: ["flow_invalid"],
  },
  deleteAgent: {
    method: "DELETE",
    path: "/v1/agents/{slug}",
    summary: "Delete an agent, recoverable for 30 days; its runs are cancelled, and the answer says what that stopped",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: Ended },
  },
  restoreAgent: {
    method: "POST",
    path: "/v1/agents/{slug}/restore",
    summary: "Bring a deleted agent back",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  publishAgent: {
    method: "POST",
    path: "/v1/agents/{slug}/publish",
    summary: "Make the draft the published version; the answer says which of its tools no grant covers",
    access: { in: "project", needs: "flow.publish" },
    params: byFlow,
    answers: { 200: api.PublishedAgent },
    problems: ["flow_has_problems"],
  },
  pauseAgent: {
    method: "POST",
    path: "/v1/agents/{slug}/pause",
    summary: "Stop the agent: its triggers, and new turns",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  resumeAgent: {
    method: "POST",
    path: "/v1/agents/{slug}/resume",
    summary: "Let the agent go on",
    access: { in: "project", needs: "flow.write" },
    params: byFlow,
    answers: { 200: api.FlowDetail },
  },
  listAgentVersions: {
    method: "GET",
    path: "/v1/agents/{slug}/versions",
    summary: "Published versions, newest first",
    access: { in: "project", needs: "flow.read" },
    params: byFlow,
    query: z.object(paging),
    answers: { 200: api.page(api.Version) },
  },
  getAgentVersion: {
    method: "GET",
    path: "/v1/agents/{slug}/versions/{version}",
    summary: "The agent file of a published version",
    access: { in: "project", needs: "flow.read" },
    params: byFlow.extend({ version: z.coerce.number().int().min(1) }),
    answers: { 200: z.json() },
  },
  startTurn: {
    method: "POST",
    path: "/v1/agents/{slug}/runs",
    summary: "Tell the agent something; with `wait`, answer when its turn is over",
    access: { in: "project", needs: "run.start" },
    params: byFlow,
    body: api.StartTurn,
    answers: { 200: api.Run, 202: api.Run },
    problems: ["flow_unpublished", "flow_paused", "overloaded"],
  },
} as const satisfies Record<string, Route>;
