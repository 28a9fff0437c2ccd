import { deleteFlow } from "../flows/delete-flow.ts";
import { getFlow } from "../flows/get-flow.ts";
import { getVersion } from "../flows/get-version.ts";
import { listFlows } from "../flows/list-flows.ts";
import { listVersions } from "../flows/list-versions.ts";
import { pauseFlow } from "../flows/pause-flow.ts";
import { publishAgent } from "../flows/publish-agent.ts";
import { publishFlow } from "../flows/publish-flow.ts";
import { restoreFlow } from "../flows/restore-flow.ts";
import { resumeFlow } from "../flows/resume-flow.ts";
import { testTrigger } from "../flows/test-trigger.ts";
import { saveDraft } from "../flows/save-draft.ts";
import { showJson } from "../flows/show-flow.ts";
import type { FlowKind } from "../store/flows.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Call, Handlers, Reply } from "./route-call.ts";

type FlowRoutes =
  | "listFlows"
  | "getFlow"
  | "putFlow"
  | "deleteFlow"
  | "restoreFlow"
  | "publishFlow"
  | "pauseFlow"
  | "resumeFlow"
  | "testTrigger"
  | "listVersions"
  | "getVersion";

/** Flows, their drafts and versions. */
export function flowHandlers(parts: HttpParts): Pick<Handlers, FlowRoutes> {
  const verbs = verbsOf(parts, "flow");
  return {
    listFlows: verbs.list,
    getFlow: verbs.get,
    putFlow: verbs.put,
    deleteFlow: verbs.delete,
    restoreFlow: verbs.restore,
    publishFlow: async ({ principal, params }) => ({
      status: 200,
      body: await publishFlow(parts, principal.scope, params.slug, principal.member, principal.shownId),
    }),
    pauseFlow: verbs.pause,
    resumeFlow: verbs.resume,
    testTrigger: async ({ principal, params }) => ({
      status: 200,
      body: await testTrigger(parts, principal.scope, params, principal.shownId),
    }),
    listVersions: verbs.versions,
    getVersion: verbs.version,
  };
}

type AgentRoutes =
  | "listAgents"
  | "getAgent"
  | "putAgent"
  | "deleteAgent"
  | "restoreAgent"
  | "publishAgent"
  | "pauseAgent"
  | "resumeAgent"
  | "listAgentVersions"
  | "getAgentVersion";

/** Agents, which are flows of a kind of their own. */
export function agentHandlers(parts: HttpParts): Pick<Handlers, AgentRoutes> {
  const verbs = verbsOf(parts, "agent");
  return {
    listAgents: verbs.list,
    getAgent: verbs.get,
    putAgent: verbs.put,
    deleteAgent: verbs.delete,
    restoreAgent: verbs.restore,
    publishAgent: async ({ principal, params }) => ({
      status: 200,
      body: await publishAgent(parts, principal.scope, params.slug, principal.member, principal.shownId),
    }),
    pauseAgent: verbs.pause,
    resumeAgent: verbs.resume,
    listAgentVersions: verbs.versions,
    getAgentVersion: verbs.version,
  };
}

/** Routes of both kinds take and give the same. */
type Verb<N extends FlowRoutes> = (call: Pick<Call<N>, "principal" | "params" | "query" | "body">) => Promise<Reply<N>>;

interface Verbs {
  readonly list: Verb<"listFlows">;
  readonly get: Verb<"getFlow">;
  readonly put: Verb<"putFlow">;
  readonly delete: Verb<"deleteFlow">;
  readonly restore: Verb<"restoreFlow">;
  readonly pause: Verb<"pauseFlow">;
  readonly resume: Verb<"resumeFlow">;
  readonly versions: Verb<"listVersions">;
  readonly version: Verb<"getVersion">;
}

function verbsOf(parts: HttpParts, kind: FlowKind): Verbs {
  return {
    list: async ({ principal, query }) => {
      const { items, next } = await listFlows(parts, principal.scope, query, kind);
      return { status: 200, body: { items: [...items], next } };
    },
    get: async ({ principal, params }) => ({
      status: 200,
      body: await getFlow(parts, principal.scope, params.slug, kind),
    }),
    put: async ({ principal, params, body: { content, mediaType } }) => {
      const { draft, created } = await saveDraft(parts, principal.scope, params.slug, content, mediaType, kind);
      return { status: created ? 201 : 200, body: draft };
    },
    delete: async ({ principal, params }) => {
      const { endings } = parts.connections;
      const stopped = await deleteFlow({ ...parts, endings }, principal.scope, params.slug, principal.shownId, kind);
      return { status: 200, body: { stopped } };
    },
    restore: async ({ principal, params }) => ({
      status: 200,
      body: await restoreFlow(parts, principal.scope, params.slug, principal.shownId, kind),
    }),
    pause: async ({ principal, params }) => ({
      status: 200,
      body: await pauseFlow(parts, principal.scope, params.slug, principal.shownId, kind),
    }),
    resume: async ({ principal, params }) => ({
      status: 200,
      body: await resumeFlow(parts, principal.scope, params.slug, principal.shownId, kind),
    }),
    versions: async ({ principal, params, query }) => {
      const { items, next } = await listVersions(parts, principal.scope, params.slug, query, kind);
      return { status: 200, body: { items: [...items], next } };
    },
    version: async ({ principal, params }) => ({
      status: 200,
      body: showJson(await getVersion(parts, principal.scope, params.slug, params.version, kind)),
    }),
  };
}
