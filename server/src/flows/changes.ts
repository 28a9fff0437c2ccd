/** What processes hold in memory of flows and projects, and how they hear that it is old. */
import type { Notifications } from "../core/ports/notifications.ts";
import type { Projects } from "../engine/projects.ts";
import type { Versions } from "../engine/versions.ts";
import type { WebhookRoutes } from "./webhook-routes.ts";

/** Says which flow (its UUID) was published, paused, deleted or the like. */
const FLOW_CHANNEL = "steward_flow";
/** Says which project's (its UUID) variables changed. */
const PROJECT_CHANNEL = "steward_project";

export interface Changes {
  /** To be called once a change of a flow is committed: this process forgets it at once, others in a few milliseconds. */
  flow(flow: string): void;
  /** The same for a project's variables. */
  project(project: string): void;
}

export interface Held {
  readonly versions: Pick<Versions, "forget">;
  readonly routes: Pick<WebhookRoutes, "forget">;
  readonly projects: Pick<Projects, "forget" | "forgetAll">;
}

/** Listens for others' changes, from when it settles, and tells them of ours. */
export async function createChanges(notifications: Notifications, held: Held): Promise<Changes> {
  const forgetFlow = (flow: string): void => {
    held.versions.forget(flow);
    held.routes.forget(flow);
  };
  await Promise.all([
    notifications.listen(FLOW_CHANNEL, forgetFlow),
    notifications.listen(PROJECT_CHANNEL, (project) => held.projects.forget(project)),
  ]);
  notifications.onReconnect(() => held.projects.forgetAll()); // flows and routes are believed for a second only
  return {
    flow(flow) {
      forgetFlow(flow);
      notifications.notify(FLOW_CHANNEL, flow);
    },
    project(project) {
      held.projects.forget(project);
      notifications.notify(PROJECT_CHANNEL, project);
    },
  };
}
