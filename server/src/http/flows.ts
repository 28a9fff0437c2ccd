import type { z } from "zod";
import { deleteFlow } from "../flows/delete-flow.ts";
import { getFlow } from "../flows/get-flow.ts";
import { getVersion } from "../flows/get-version.ts";
import { listFlows } from "../flows/list-flows.ts";
import { listVersions } from "../flows/list-versions.ts";
import { pauseFlow } from "../flows/pause-flow.ts";
import { publishFlow } from "../flows/publish-flow.ts";
import { restoreFlow } from "../flows/restore-flow.ts";
import { resumeFlow } from "../flows/resume-flow.ts";
import { testTrigger } from "../flows/test-trigger.ts";
import { saveDraft } from "../flows/save-draft.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

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
  return {
    listFlows: async ({ principal, query }) => {
      const { items, next } = await listFlows(parts, principal.scope, query);
      return { status: 200, body: { items: [...items], next } };
    },
    getFlow: async ({ principal, params }) => ({
      status: 200,
      body: await getFlow(parts, principal.scope, params.slug),
    }),
    putFlow: async ({ principal, params, body: { content, mediaType } }) => {
      const { draft, created } = await saveDraft(parts, principal.scope, params.slug, content, mediaType);
      return { status: created ? 201 : 200, body: draft };
    },
    deleteFlow: async ({ principal, params }) => {
      const { endings } = parts.connections;
      const stopped = await deleteFlow({ ...parts, endings }, principal.scope, params.slug, principal.shownId);
      return { status: 200, body: { stopped } };
    },
    restoreFlow: async ({ principal, params }) => ({
      status: 200,
      body: await restoreFlow(parts, principal.scope, params.slug, principal.shownId),
    }),
    publishFlow: async ({ principal, params }) => ({
      status: 200,
      body: await publishFlow(parts, principal.scope, params.slug, principal.member, principal.shownId),
    }),
    pauseFlow: async ({ principal, params }) => ({
      status: 200,
      body: await pauseFlow(parts, principal.scope, params.slug, principal.shownId),
    }),
    resumeFlow: async ({ principal, params }) => ({
      status: 200,
      body: await resumeFlow(parts, principal.scope, params.slug, principal.shownId),
    }),
    testTrigger: async ({ principal, params }) => ({
      status: 200,
      body: await testTrigger(parts, principal.scope, params, principal.shownId),
    }),
    listVersions: async ({ principal, params, query }) => {
      const { items, next } = await listVersions(parts, principal.scope, params.slug, query);
      return { status: 200, body: { items: [...items], next } };
    },
    getVersion: async ({ principal, params }) => {
      const file = await getVersion(parts, principal.scope, params.slug, params.version);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a flow file is JSON, which its own type doesn't say
      return { status: 200, body: file as unknown as z.core.util.JSONType };
    },
  };
}
